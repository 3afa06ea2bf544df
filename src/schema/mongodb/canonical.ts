import type { DefinedObject, Index } from '../../model/catalog';
import type { DocumentField, DocumentIndex, DocumentValue } from '../../model/document';
import { booleanOf, fieldOf, fieldsOf, isTrue, itemsOf, numberOf, textOf } from '../../model/document-value';
import { writeValue as write } from '../../parse/mongodb/write';

/**
 * Collections, indexes and views as texts of one form, so that a catalog of a server and one of replayed migrations say the same the same
 * way: options sorted by name, without what goes without saying. What is inside of an option keeps its order, since the server keeps it.
 */

/** A server gives back `1` as it was stored: 32 bits, 64 bits or a double. In a definition they all mean the same. */
function writeValue(value: DocumentValue): string {
  return write(withPlainNumbers(value));
}

function withPlainNumbers(value: DocumentValue): DocumentValue {
  if (value.kind === 'document')
    return { ...value, fields: value.fields.map((field) => ({ ...field, value: withPlainNumbers(field.value) })) };
  if (value.kind === 'array') return { ...value, items: value.items.map(withPlainNumbers) };
  const number = value.kind === 'bson' && value.type !== 'NumberDecimal' ? numberOf(value) : undefined;
  return Number.isSafeInteger(number) ? { kind: 'scalar', value: number ?? 0, span: value.span } : value;
}

/** Facts of the server about an index, or of no effect: `background` since 4.2 (manual, "Index Builds on Populated Collections"). */
const notAnOption: ReadonlySet<string> = new Set([
  'name',
  'key',
  'v',
  'ns',
  'background',
  'session',
  'writeConcern',
  'commitQuorum',
  'comment',
  'maxTimeMS',
]);
const falseByDefault: ReadonlySet<string> = new Set(['unique', 'sparse', 'hidden', 'prepareUnique']);

/** Of a collection: what no catalog keeps, and what goes without saying (manual, createCollection). */
const notACollectionOption: ReadonlySet<string> = new Set([
  ...['uuid', 'autoIndexId', 'session', 'writeConcern', 'comment', 'maxTimeMS', 'timeoutMS', 'strict', 'checkKeys', 'pkFactory', 'index'],
  ...['readPreference', 'readConcern', 'promoteValues', 'raw', 'ignoreUndefined', 'serializeFunctions', 'retryWrites'],
]);
const collectionDefaults: Readonly<Record<string, string>> = { validationLevel: 'strict', validationAction: 'error' };

export interface IndexParts {
  readonly identity: string;
  readonly name: string;
  readonly keys: DocumentValue;
  /** Everything else that was said of it. */
  readonly options?: DocumentValue;
}

/** `{ a: 1, b: -1 }, { expireAfterSeconds: 3600, unique: true }`: what createIndex would be called with, without the name. */
export function indexOf({ identity, name, keys, options }: IndexParts): Index {
  const said = fieldsOf(options).filter((field) => !notAnOption.has(field.name) && !isFalse(field));
  const text = said.length === 0 ? '' : `, ${writeFields(said)}`;
  return {
    identity,
    name,
    definition: `${writeValue(keys)}${text}`,
    unique: isTrue(fieldOf(options, 'unique')),
    keys: keyFields(keys).map((field) => field.name),
    valid: true,
    ready: true,
    live: true,
  };
}

/** The name that an index has or will get. */
export function nameOfIndex({ name, keys, options }: DocumentIndex): string | undefined {
  return name ?? textOf(fieldOf(options, 'name')) ?? indexName(keys);
}

/** `a_1_b_-1`: the name that driver and server give an index without one (manual, "Index Names"). Undefined where a key is not known. */
export function indexName(keys: DocumentValue): string | undefined {
  const fields = keyFields(keys);
  if (fields.length === 0) return undefined;
  const parts = fields.map(({ name, value }) => {
    const kind = numberOf(value) ?? textOf(value);
    return kind === undefined ? undefined : `${name}_${kind}`;
  });
  return parts.every((part) => part !== undefined) ? parts.join('_') : undefined;
}

/**
 * Keys as the server gets them: the driver takes `"a"`, `["a", "b"]`, `[["a", 1]]` and a list of documents as well (driver, IndexSpecification).
 */
export function keyFields(keys: DocumentValue): readonly DocumentField[] {
  if (keys.kind === 'document') return keys.fields;
  const name = textOf(keys);
  if (name !== undefined) return [ascending(name, keys)];
  const items = itemsOf(keys);
  const [first, second] = items;
  // `["a", -1]` is one key with its direction.
  const direction = textOf(second) ?? numberOf(second);
  const single = textOf(first);
  if (items.length === 2 && single !== undefined && second !== undefined && isDirection(direction))
    return [{ ...ascending(single, keys), value: second }];
  return items.flatMap(keyFields);
}

function isDirection(value: string | number | undefined): boolean {
  return typeof value === 'number' || ['2d', '2dsphere', 'text', 'hashed', 'geoHaystack'].includes(value ?? '');
}

function ascending(name: string, { span }: DocumentValue): DocumentField {
  return { name, span, value: { kind: 'scalar', value: 1, span } };
}

/** `['validator={ ... }', 'validationLevel="moderate"']`: one entry for each option that says something, sorted by its name. */
export function collectionOptions(options: DocumentValue | undefined): readonly string[] {
  return fieldsOf(options)
    .filter(({ name, value }) => !notACollectionOption.has(name) && !saysNothing(name, value))
    .map(({ name, value }) => `${name}=${writeValue(value)}`)
    .sort();
}

/** Options as they are after collMod sets these (manual, collMod): what is the default again, or empty, is gone. */
export function withCollectionOptions(options: readonly string[], changes: DocumentValue): readonly string[] {
  const changed = new Set(fieldsOf(changes).map(({ name }) => name));
  return [...options.filter((entry) => !changed.has(entry.slice(0, entry.indexOf('=')))), ...collectionOptions(changes)].sort();
}

export function viewOf(identity: string, name: string, options: DocumentValue | undefined): DefinedObject {
  const source = fieldOf(options, 'viewOn');
  const pipeline = fieldOf(options, 'pipeline');
  const others = fieldsOf(options).filter((field) => !['viewOn', 'pipeline'].includes(field.name) && !notACollectionOption.has(field.name));
  const written = [
    JSON.stringify(name),
    source === undefined ? '""' : writeValue(source),
    pipeline === undefined ? '[]' : writeValue(pipeline),
    ...(others.length === 0 ? [] : [writeFields(others)]),
  ];
  const read = textOf(source);
  return {
    identity,
    schema: '',
    name,
    kind: 'view',
    definition: `db.createView(${written.join(', ')});`,
    dependsOn: read === undefined ? [] : [read],
  };
}

function writeFields(fields: readonly DocumentField[]): string {
  const sorted = fields.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return writeValue({ kind: 'document', fields: sorted, span: { start: 0, end: 0 } });
}

function isFalse({ name, value }: DocumentField): boolean {
  return falseByDefault.has(name) && (booleanOf(value) === false || numberOf(value) === 0);
}

function saysNothing(name: string, value: DocumentValue): boolean {
  if (textOf(value) === collectionDefaults[name] && name in collectionDefaults) return true;
  if (value.kind === 'document' && value.fields.length === 0 && value.partial !== true) return true;
  return booleanOf(value) === false;
}
