import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf } from '../../model/document-value';
import { writeCollection, writeValue } from '../../parse/mongodb/write';
import { effectOf, notYet, shows } from './effect';
import { matches } from './filter';
import { hasMadeKey, withoutMadeKey } from './made-keys';
import { comparable, comparableOf, type Doc } from './values';

/** What is left of a command that may be half done: as a statement of its own, or why that can't be told. */
export type Left =
  | { readonly kind: 'statement'; readonly text: string; readonly why: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly why: string };

/** The documents of the collection as they are now, and those of them that were not there before; undefined where nobody has looked. */
export interface Present {
  readonly now: readonly Doc[];
  readonly added: readonly Doc[];
}

/** What is left of the writes of a command; undefined where it stays as it is written. */
export function leftOfWrites(command: DocumentCommand, present: Present | undefined): Left | undefined {
  const { effect, collection } = command;
  if (effect.kind !== 'write' || effect.partial || collection?.name === undefined) return undefined;
  const [only] = effect.writes;
  if (only !== undefined && effect.writes.length === 1 && only.kind === 'update')
    return leftOfUpdate(only, command, writeCollection(collection));
  const upserts = asUpserts(effect.writes, present);
  if (upserts !== undefined) {
    const text = `${writeCollection(collection)}.bulkWrite([${upserts.join(', ')}], { ordered: ${effect.ordered}${sessionIn(command)} })`;
    return {
      kind: 'statement',
      text,
      why: 'Wherever it was stopped: a document that is there under its key already is written over with the same.',
    };
  }
  return present === undefined ? undefined : leftOfBulk(effect.writes, effect.ordered, command, writeCollection(collection), present);
}

const sessionIn = ({ session }: DocumentCommand) => (session ? ', session' : '');

function leftOfUpdate(write: Extract<DocumentWrite, { kind: 'update' }>, command: DocumentCommand, collection: string): Left | undefined {
  const effect = effectOf(write.change);
  if (effect.targets.length === 0) {
    if (effect.blind.length === 0) return undefined;
    const why = `${effect.blind.join(', ')} leaves no trace in a document: nothing tells those that it was done to from those that it was not. Go back with a backup, or set a marker in the same update the next time.`;
    return { kind: 'unknown', why };
  }
  const options = optionsText(command);
  const method = write.many ? 'updateMany' : 'updateOne';
  const text = `${collection}.${method}(${notYet(write.filter, effect)}, ${writeValue(write.change)}${options})`;
  return { kind: 'statement', text, why: 'Only documents that do not show its effect yet.' };
}

/** Options as they stand; a session alone is one of them. */
function optionsText({ options }: DocumentCommand): string {
  return fieldsOf(options).length === 0 || options === undefined ? '' : `, ${writeValue(options)}`;
}

/** Inserts by their keys, where the migration names these. */
function asUpserts(writes: readonly DocumentWrite[], present: Present | undefined): string[] | undefined {
  const ids = new Set(present?.now.map((doc) => comparable(doc._id ?? null)));
  const keys = writes.map((write) => (write.kind === 'insert' ? fieldOf(write.document, '_id') : undefined));
  if (keys.length === 0 || keys.some((key) => key === undefined || comparableOf(key) === undefined)) return undefined;
  // What looks like a key of the driver's is the migration's own where a document is there under one of them.
  const isThere = keys.some((key) => key !== undefined && ids.has(comparableOf(key) ?? ''));
  if (!isThere && writes.some((write) => write.kind === 'insert' && hasMadeKey(write.document))) return undefined;
  return writes.flatMap((write, place) => {
    const key = keys[place];
    if (write.kind !== 'insert' || key === undefined) return [];
    return [`{ replaceOne: { filter: { _id: ${writeValue(key)} }, replacement: ${writeValue(write.document)}, upsert: true } }`];
  });
}

type Status = 'done' | 'left' | 'unknown';

/** The writes of a bulk that are not done: from the first of them on where they are ordered, each by itself where they are not. */
function leftOfBulk(
  writes: readonly DocumentWrite[],
  ordered: boolean,
  command: DocumentCommand,
  collection: string,
  present: Present,
): Left | undefined {
  const taken = new Set<Doc>();
  const states = writes.map((write) => statusOf(write, present, taken));
  const lastDone = states.lastIndexOf('done');
  const firstLeft = states.indexOf('left');
  const isLeft = (place: number): Status => {
    if (!ordered) return states[place] ?? 'unknown';
    if (place <= lastDone) return 'done';
    return firstLeft !== -1 && place >= firstLeft ? 'left' : (states[place] ?? 'unknown');
  };
  const resolved = writes.map((_, place) => isLeft(place));
  const unknown = resolved.indexOf('unknown');
  if (unknown !== -1)
    return {
      kind: 'unknown',
      why: `Whether entry ${unknown + 1} of ${writes.length} was done shows in no document: it may have been the last one, or not.`,
    };
  const left = writes.filter((_, place) => resolved[place] === 'left');
  if (left.length === 0) return { kind: 'nothing' };
  if (left.length === writes.length) return undefined;
  const text = `${collection}.bulkWrite([${left.map(entryText).join(', ')}], { ordered: ${ordered}${sessionIn(command)} })`;
  const first = writes.length - left.length + 1;
  const range = left.length === 1 ? `Entry ${first} was` : `Entries ${first} to ${writes.length} were`;
  const which = ordered ? range : `${left.length} of ${writes.length} entries were`;
  return {
    kind: 'statement',
    text,
    why: `${which} not done yet; on another database look for the first one whose effect is missing.`,
  };
}

function statusOf(write: DocumentWrite, present: Present, taken: Set<Doc>): Status {
  switch (write.kind) {
    case 'insert':
      return insertStatus(write.document, present, taken);
    case 'update':
      return updateStatus(write, present);
    case 'replace':
      return replaceStatus(write, present);
    case 'delete': {
      const answers = present.now.map((doc) => matches(write.filter, doc));
      if (answers.includes(true)) return 'left';
      return answers.includes(undefined) ? 'unknown' : 'done';
    }
  }
}

/** By its key, or by all that it says where the driver has made that up. */
function insertStatus(document: DocumentValue, { now, added }: Present, taken: Set<Doc>): Status {
  const key = fieldOf(document, '_id');
  const wanted = key === undefined ? undefined : comparableOf(key);
  const told = fieldsOf(document).filter(({ name, value }) => name !== '_id' && comparableOf(value) !== undefined);
  const looksSo = (doc: Doc) => told.every(({ name, value }) => comparable(doc[name] ?? null) === comparableOf(value));
  const byKey = now.find((doc) => comparable(doc._id ?? null) === wanted);
  const found = byKey ?? added.find((doc) => !taken.has(doc) && looksSo(doc));
  if (found === undefined) return 'left';
  taken.add(found);
  return 'done';
}

function updateStatus(write: Extract<DocumentWrite, { kind: 'update' }>, { now }: Present): Status {
  const effect = effectOf(write.change);
  const meant = now.map((doc) => ({ meets: matches(write.filter, doc), done: shows(effect, doc) }));
  if (meant.some(({ meets }) => meets === undefined)) return 'unknown';
  if (meant.some(({ meets, done }) => meets === true && done === false)) return 'left';
  if (effect.blind.length > 0 && effect.targets.length === 0) return 'unknown';
  return meant.some(({ meets, done }) => meets === true && done === undefined) ? 'unknown' : 'done';
}

function replaceStatus(write: Extract<DocumentWrite, { kind: 'replace' }>, { now }: Present): Status {
  const wanted = comparableOf(write.document);
  const found = now.find((doc) => matches(write.filter, doc) === true);
  if (found === undefined || wanted === undefined) return write.upsert ? 'left' : 'unknown';
  const { _id, ...rest } = found;
  return comparable(rest) === wanted || comparable({ _id: _id ?? null, ...rest }) === wanted ? 'done' : 'left';
}

function entryText(write: DocumentWrite): string {
  switch (write.kind) {
    case 'insert':
      return `{ insertOne: { document: ${writeValue(withoutMadeKey(write.document))} } }`;
    case 'update': {
      const upsert = write.upsert ? ', upsert: true' : '';
      return `{ ${write.many ? 'updateMany' : 'updateOne'}: { filter: ${writeValue(write.filter)}, update: ${writeValue(write.change)}${upsert} } }`;
    }
    case 'replace': {
      const upsert = write.upsert ? ', upsert: true' : '';
      return `{ replaceOne: { filter: ${writeValue(write.filter)}, replacement: ${writeValue(write.document)}${upsert} } }`;
    }
    case 'delete':
      return `{ ${write.many ? 'deleteMany' : 'deleteOne'}: { filter: ${writeValue(write.filter)} } }`;
  }
}
