import type { Document } from 'bson';
import type { WireRequest } from '../../../../wire/mongodb/handlers';
import { encoded, type RawCommand } from '../../../../wire/mongodb/messages';
import {
  arrayValue,
  documentOf,
  documentValue,
  fieldOf,
  fieldsOf,
  type RawField,
  type RawValue,
  stringValue,
} from '../../../../wire/mongodb/raw';
import type { ManyWrite } from './statements';

/** Asks the server on the client's own connection. The answer, also when it tells of an error. */
export type Ask = (command: RawCommand) => Promise<Document>;

/** Ids that one filter names: each takes some 20 bytes, and a document may have 16 MB. */
const idsPerFilter = 50_000;

/** What concerns how a filter is read, and stands beside it in a write. */
const besideFilter: ReadonlySet<string> = new Set(['collation', 'hint']);
/** What a read inside of a transaction needs to see what the transaction has written. */
const ties: ReadonlySet<string> = new Set(['lsid', 'txnNumber', 'autocommit', 'apiVersion', 'apiStrict', 'apiDeprecationErrors']);

/**
 * The ids of the documents that a write of many matches, in the order in which the server finds them. Read in the command's transaction, unless it
 * is the one that begins it.
 */
export async function matchingIds(request: WireRequest, write: ManyWrite, item: Buffer, ask: Ask): Promise<readonly RawValue[]> {
  const { raw } = request;
  const session = [{ ...stringValue(write.database), name: '$db' }, ...sessionFields(request)];
  const command = documentOf([
    ...fieldsOf(encoded({ find: write.collection, projection: { _id: 1 }, batchSize: 100_000 }).body),
    { ...write.filter, name: 'filter' },
    ...fieldsOf(item).filter(({ name }) => besideFilter.has(name)),
    ...variablesOf(raw, item),
    ...session,
  ]);
  const ids: RawValue[] = [];
  let answer = await ask({ body: command, sequences: [] });
  for (;;) {
    if (Number(answer.ok) !== 1) throw new Error(`The documents that are going to be written could not be read: ${answer.errmsg}`);
    const { cursor } = answer;
    const batch = (cursor.firstBatch ?? cursor.nextBatch) as readonly Document[];
    // Encoded again one by one, an id is what it was: numbers were read as numbers, and equal ones match whatever their type.
    for (const document of batch) ids.push(idOf(document));
    if (Number(cursor.id) === 0) return ids;
    const more = encoded({ getMore: cursor.id, collection: write.collection, batchSize: 100_000 });
    answer = await ask({ body: documentOf([...fieldsOf(more.body), ...session]), sequences: [] });
  }
}

function idOf({ _id }: Document): RawValue {
  const value = fieldOf(encoded({ _id }).body, '_id');
  if (value === undefined) throw new Error('A document without an _id was found.');
  return value;
}

function sessionFields({ raw, inTransaction }: WireRequest): readonly RawField[] {
  const fields = fieldsOf(raw.body);
  const begins = fields.some(({ name }) => name === 'startTransaction');
  return inTransaction && !begins ? fields.filter(({ name }) => ties.has(name)) : [];
}

/** `let` of the command, and `c` of an entry, which its filter may name. */
function variablesOf(raw: RawCommand, item: Buffer): readonly RawField[] {
  const given = fieldOf(raw.body, 'let') ?? fieldOf(item, 'c') ?? fieldOf(item, 'constants');
  return given ? [{ ...given, name: 'let' }] : [];
}

/** The filter of the documents with these ids. */
export function byIds(ids: readonly RawValue[]): Buffer {
  return documentOf([{ ...documentValue(documentOf([{ ...arrayValue(ids), name: '$in' }])), name: '_id' }]);
}

/** The same write for these documents alone, as entries of the same command. It goes on asking its filter: a document may have changed meanwhile. */
export function narrowed(item: Buffer, { filterField, filter }: ManyWrite, ids: readonly RawValue[]): readonly Buffer[] {
  const entries: Buffer[] = [];
  for (let from = 0; from < ids.length; from += idsPerFilter) {
    const byId = byIds(ids.slice(from, from + idsPerFilter));
    const both = documentOf([{ ...arrayValue([filter, documentValue(byId)]), name: '$and' }]);
    const fields = fieldsOf(item).filter(({ name }) => name !== 'upsert');
    entries.push(documentOf(fields.map((field) => (field.name === filterField ? { ...documentValue(both), name: filterField } : field))));
  }
  return entries;
}
