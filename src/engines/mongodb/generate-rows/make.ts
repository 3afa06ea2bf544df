import { type Document, Long, ObjectId } from 'mongodb';
import type { DocumentValue } from '../../../model/document';
import { apply, changesFor } from './conditions';
import type { CollectionNeeds, Reference } from './needs';
import { copyOf, isDocument, setAt, valueAt } from './paths';
import { valueBySchema } from './schema';
import { objectIdOf, valueOfKind } from './values';

/** What is known of a collection when its documents are made. */
export interface DocumentPlan {
  readonly name: string;
  readonly seed: number;
  /** Documents that are there, with all types kept: others are made like them. */
  readonly templates: readonly Document[];
  /** `$jsonSchema`s: that of its validator, then those that the migration gives it. */
  readonly schemas: readonly Document[];
  /** Conditions that every document has to meet: a validator of query operators. */
  readonly conditions: readonly DocumentValue[];
  /** Paths of unique keys, of its indexes and of those that the migration makes. */
  readonly unique: readonly (readonly string[])[];
  /** Paths whose times decide when a document goes. */
  readonly expiring: readonly string[];
  readonly needs: CollectionNeeds;
  /** The value of a document of another collection, for a reference to it; undefined where that has none. */
  readonly referred: (reference: Reference, row: number) => unknown;
}

/** Ways to make a document, the most telling first: those behind leave out what a server may have refused. */
export const variations = 3;

/**
 * The document of this number: like one that is there or as the schema says, with the fields that the migration speaks of, so that about half of the
 * documents meet each of its filters. The same plan and number give the same document.
 * @param first the number that the first document gets: what can be there once only is given to that one.
 */
export function makeDocument(plan: DocumentPlan, row: number, first: number, variation = 0): Document {
  const salt = `${plan.seed}\u0000${plan.name}`;
  const template = plan.templates[(row - 1) % Math.max(plan.templates.length, 1)];
  const document = template === undefined ? newDocument(plan, row, salt) : copyOf(template);
  if (variation < 2) addFields(document, plan, row, salt);
  const source = { row, salt, needs: plan.needs };
  if (variation === 0) {
    const filters = plan.needs.filters.map((filter, at) => ({ filter, meets: (((row - first) >> (at % 4)) & 1) === 0 }));
    const once = new Set(['_id', ...plan.unique.flatMap((paths) => (paths.length === 1 ? paths : []))]);
    const allowed = (changes: ReturnType<typeof changesFor>) => changes.filter(({ path }) => !once.has(path) || row === first);
    if (template === undefined)
      for (const { filter } of filters.filter(({ meets }) => !meets)) apply(document, allowed(changesFor(filter, false, source)));
    for (const { filter } of filters.filter(({ meets }) => meets)) apply(document, allowed(changesFor(filter, true, source)));
  }
  for (const condition of plan.conditions) apply(document, changesFor(condition, true, source));
  for (const reference of plan.needs.references) refer(document, plan, reference, row);
  if (template !== undefined) for (const paths of plan.unique) makeUnique(document, paths, row, salt);
  for (const path of plan.expiring)
    if (valueAt(document, path) instanceof Date) setAt(document, path, valueOfKind('late date', { row, salt, name: path }));
  return withId(document, plan, template, row, first);
}

/** Only from what a schema says, or with a name, so that it is not empty. */
function newDocument({ schemas }: DocumentPlan, row: number, salt: string): Document {
  const made = schemas.map((schema) => valueBySchema(schema, { row, salt, name: '' })).filter(isDocument);
  if (made.length === 0) return { name: valueOfKind('string', { row, salt: `${salt} name`, name: 'name' }) };
  return Object.assign({}, ...made.reverse()) as Document;
}

/** The fields that the migration's operators read, where no document like it has them. */
function addFields(document: Document, { needs, schemas, templates }: DocumentPlan, row: number, salt: string): void {
  const isClosed = schemas.some(({ additionalProperties }) => additionalProperties === false);
  const paths = [...needs.fields].sort(([left], [right]) => left.split('.').length - right.split('.').length);
  for (const [path, kind] of paths) {
    const [root = path] = path.split('.');
    if (path === '_id' || root === '_id' || (isClosed && !schemas.some(({ properties }) => properties?.[root] !== undefined))) continue;
    if (valueAt(document, path) !== undefined || templates.some((template) => valueAt(template, path) !== undefined)) continue;
    // A scalar of a document that is there is not taken for another's place.
    const parent = path.includes('.') ? valueAt(document, path.slice(0, path.lastIndexOf('.'))) : undefined;
    if (parent !== undefined && typeof parent !== 'object') continue;
    setAt(document, path, valueOfKind(kind, { row, salt: `${salt} ${path}`, name: path.split('.').at(-1) ?? path }));
  }
}

function refer(document: Document, plan: DocumentPlan, reference: Reference, row: number): void {
  const value = plan.referred(reference, row);
  if (value === undefined) return;
  const held = valueAt(document, reference.path);
  setAt(document, reference.path, Array.isArray(held) ? [value] : value);
}

/** A copy of a document that is there must not have its keys. */
function makeUnique(document: Document, paths: readonly string[], row: number, salt: string): void {
  for (const path of paths) {
    const value = valueAt(document, path);
    const changed = unlike(value, row, `${salt} ${path}`);
    if (changed === undefined) continue;
    setAt(document, path, changed);
    return;
  }
}

/** Another value of its type; undefined for a type that has few. */
function unlike(value: unknown, row: number, salt: string): unknown {
  if (typeof value === 'string') return /^[^@]+@/.test(value) ? value.replace('@', `+${row}@`) : `${value}-${row}`;
  if (value instanceof Date) return new Date(value.getTime() + row);
  if (value instanceof ObjectId) return objectIdOf(row, salt);
  const number = plainNumber(value);
  return number === undefined ? undefined : value instanceof Long ? Long.fromNumber(1_000_000 + row) : 1_000_000 + row;
}

function plainNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return undefined;
  return /^(Int32|Double|Long)$/.test(String(value._bsontype)) ? Number(value) : undefined;
}

/** With an _id of the kind that the others have, in the first place. */
function withId(
  document: Document,
  { name, seed, templates }: DocumentPlan,
  template: Document | undefined,
  row: number,
  first: number,
): Document {
  const { _id: own, ...rest } = document;
  if (template === undefined && own !== undefined && (row === first || plainNumber(own) !== undefined || own instanceof ObjectId))
    return { _id: own, ...rest };
  if (template !== undefined && row === first && own !== undefined && String(own) !== String(template._id)) return { _id: own, ...rest };
  const like: unknown = template?._id ?? own;
  if (typeof like === 'string') return { _id: `${like.replace(/-\d+$/, '')}-${row}`, ...rest };
  if (plainNumber(like) !== undefined) {
    const greatest = Math.max(0, ...templates.map(({ _id }) => plainNumber(_id) ?? 0));
    return { _id: greatest + row, ...rest };
  }
  return { _id: objectIdOf(row, seed, name), ...rest };
}
