import type { Index } from '../../model/catalog';
import type { DocumentField, DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, itemsOf } from '../../model/document-value';
import { nowhere } from '../../parse/mongodb/document';
import { readValue } from '../../parse/mongodb/value';
import { writeCollection, writeValue } from '../../parse/mongodb/write';
import { type Change, type ChangeOptions, change } from '../change';

/** An index's two halves, read from its definition. */
export interface IndexArguments {
  readonly keys: DocumentValue | undefined;
  /** Without the name. */
  readonly options: readonly DocumentField[];
}

/** `{ a: 1 }, { unique: true }`: the arguments that made an index. */
export function argumentsOf({ definition }: Pick<Index, 'definition'>): IndexArguments {
  const [keys, options] = itemsOf(readValue(`[${definition}]`));
  return { keys, options: fieldsOf(options) };
}

/** createIndex with all that is known of the index. */
export function createIndexText(collection: string, index: Pick<Index, 'name' | 'definition'>): string {
  const { keys, options } = argumentsOf(index);
  const name: DocumentField = { name: 'name', value: { kind: 'scalar', value: index.name, span: nowhere }, span: nowhere };
  const all = writeValue({ kind: 'document', fields: [name, ...options], span: nowhere });
  return `${writeCollection({ name: collection })}.createIndex(${keys === undefined ? '{}' : writeValue(keys)}, ${all})`;
}

export function createIndex(collection: string, index: Index, options: ChangeOptions): Change {
  const text = createIndexText(collection, index);
  const why = `It was there ${options.goal}.`;
  return change('create index', `Create index ${index.name} of ${collection}`, why, text, { transactional: false });
}

export function dropIndex(collection: string, { name }: Pick<Index, 'name'>, options: Pick<ChangeOptions, 'goal'>): Change {
  const text = `${writeCollection({ name: collection })}.dropIndex(${JSON.stringify(name)})`;
  return change('drop index', `Drop index ${name} of ${collection}`, `It was not so ${options.goal}.`, text, { transactional: false });
}

/**
 * An index that is there under its name, but otherwise: collMod where that can do it (manual, collMod, "Change Index Properties": hidden, the time
 * of a TTL index, prepareUnique), else dropped and made again.
 */
export function changeIndex(collection: string, now: Index, wanted: Index, options: ChangeOptions): readonly Change[] {
  const modified = now.name === wanted.name ? modificationOf(now, wanted) : undefined;
  if (modified === undefined) return [dropIndex(collection, now, options), createIndex(collection, wanted, options)];
  const document = `{ collMod: ${JSON.stringify(collection)}, index: { name: ${JSON.stringify(now.name)}, ${modified} } }`;
  const title = `Set index ${now.name} of ${collection} back`;
  return [change('alter index', title, `It was so ${options.goal}.`, `db.runCommand(${document})`, { transactional: false })];
}

/** The one option in which two indexes differ, as collMod sets it. */
function modificationOf(now: Index, wanted: Index): string | undefined {
  const [from, to] = [argumentsOf(now), argumentsOf(wanted)];
  if (from.keys === undefined || to.keys === undefined || writeValue(from.keys) !== writeValue(to.keys)) return undefined;
  const names = [...new Set([...from.options, ...to.options].map(({ name }) => name))];
  const differing = names.filter((name) => textIn(from, name) !== textIn(to, name));
  const [name] = differing;
  if (name === undefined || differing.length > 1) return undefined;
  const value = textIn(to, name);
  if (name === 'hidden' || name === 'prepareUnique') return `${name}: ${value ?? 'false'}`;
  return name === 'expireAfterSeconds' && value !== undefined && textIn(from, name) !== undefined ? `${name}: ${value}` : undefined;
}

function textIn({ options }: IndexArguments, name: string): string | undefined {
  const value = fieldOf({ kind: 'document', fields: options, span: nowhere }, name);
  return value === undefined ? undefined : writeValue(value);
}
