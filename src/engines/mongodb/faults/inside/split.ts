import type { Document } from 'bson';
import type { WireRequest } from '../../../../wire/mongodb/handlers';
import type { RawCommand } from '../../../../wire/mongodb/messages';
import { arrayValue, fieldOf, int32Value, withField, without } from '../../../../wire/mongodb/raw';
import { ImpossibleHere } from '../../../impossible';
import { type Ask, byIds, matchingIds, narrowed } from './matching';
import { type ManyWrite, manyWriteOf, targetOf, type WriteTarget, withWrites, writeListOf } from './statements';

/**
 * A write of many documents in two commands. A server writes them one after the other, each in a transaction of its own (manual, "Atomicity and
 * Transactions"), so what is left between the two is what it leaves when it is stopped there.
 */
export interface Split {
  readonly first: RawCommand;
  readonly rest: RawCommand;
  /** How far the server is, behind "the server": "has updated 3 of 6 documents of users". */
  readonly told: string;
  /** What is written next. */
  readonly next: WriteTarget;
  /** The answer to the whole command, of those to both parts. */
  merged(first: Document, rest: Document): Document;
}

/**
 * @param knowsStatements the server keeps in mind each entry of a retryable write (as mongod does) and not only its number
 * @throws ImpossibleHere where nothing can be between
 */
export async function splitOf(request: WireRequest, ask: Ask, knowsStatements: boolean): Promise<Split> {
  const list = writeListOf(request.name, request.raw);
  if (list === undefined) throw new ImpossibleHere(whyWhole(request));
  const { field, items } = list;
  const [only] = items;
  const many = items.length === 1 && only !== undefined ? manyWriteOf(request.name, request.raw, only) : undefined;
  if (only !== undefined && many !== undefined) return splitByIds(request, field, only, many, ask);
  if (items.length < 2) throw new ImpossibleHere('The command writes one document, which is written or is not.');
  const at = Math.floor(items.length / 2);
  const part = (from: number, until: number): RawCommand => {
    const own = withStatements(request, from, until, knowsStatements);
    return withWrites(from === 0 ? own : continued(own), field, items.slice(from, until));
  };
  const done = field === 'documents' ? 'inserted' : 'done';
  const what = field === 'documents' ? 'documents' : 'writes';
  const next = items[at] && targetOf(request.name, request.raw, items[at]);
  if (next === undefined) throw new ImpossibleHere('What the command writes next could not be read.');
  return {
    first: part(0, at),
    rest: part(at, items.length),
    told: `has ${done} ${at} of ${items.length} ${what} of ${next.collection}`,
    next,
    merged: (first, rest) => merged(first, rest, at),
  };
}

async function splitByIds(request: WireRequest, field: string, item: Buffer, many: ManyWrite, ask: Ask): Promise<Split> {
  const ids = await matchingIds(request, many, item, ask);
  if (ids.length < 2) {
    const matches = ids.length === 0 ? 'no document' : 'one document, which is written or is not';
    throw new ImpossibleHere(`The command matches ${matches}: there is nothing to be between.`);
  }
  const at = Math.floor(ids.length / 2);
  return {
    first: withWrites(request.raw, field, narrowed(item, many, ids.slice(0, at))),
    rest: withWrites(continued(request.raw), field, narrowed(item, many, ids.slice(at))),
    told: `has ${many.verb} ${at} of ${ids.length} documents of ${many.collection}`,
    next: { database: many.database, collection: many.collection, filter: byIds(ids.slice(at, at + 1)) },
    merged: (first, rest) => merged(first, rest, 0),
  };
}

function whyWhole({ name }: WireRequest): string {
  switch (name) {
    case 'createIndexes':
      return 'An index build that is stopped leaves no index, and where it is can only be seen on a real mongod: it is not held inside.';
    case 'aggregate':
      return 'What an aggregation with $out or $merge has written by then can only be seen on a real mongod: it is not held inside.';
    default:
      return `${name} is carried out or is not: there is nothing to be inside of.`;
  }
}

/** Fields that only the first command of a transaction has. */
const beginnings: ReadonlySet<string> = new Set(['startTransaction', 'readConcern']);

/** What follows in the same transaction. */
function continued(command: RawCommand): RawCommand {
  const begins = fieldOf(command.body, 'startTransaction') !== undefined;
  return begins ? { ...command, body: without(command.body, beginnings) } : command;
}

const retryNumber: ReadonlySet<string> = new Set(['txnNumber']);

/**
 * A retryable write keeps its number in both parts, and each of its entries the number that it has in the whole, so that the driver's own retry
 * is recognised entry by entry. A server that only knows the number of the whole would take the second part for a repetition of the first: there
 * the first part goes without, and a retry is recognised by the second.
 */
function withStatements(request: WireRequest, from: number, until: number, knowsStatements: boolean): RawCommand {
  const { raw, inTransaction } = request;
  if (inTransaction || fieldOf(raw.body, 'txnNumber') === undefined) return raw;
  if (!knowsStatements) return from === 0 ? { ...raw, body: without(raw.body, retryNumber) } : raw;
  const ids = Array.from({ length: until - from }, (_, position) => int32Value(from + position));
  return { ...raw, body: withField(raw.body, 'stmtIds', arrayValue(ids)) };
}

/** Counters of a write command's answer, and of bulkWrite's. */
const counters = ['n', 'nModified', 'nErrors', 'nInserted', 'nMatched', 'nUpserted', 'nDeleted'] as const;

function merged(first: Document, rest: Document, shift: number): Document {
  // The whole command is refused, and says nothing of what was done before.
  if (Number(rest.ok) !== 1) return rest;
  const whole: Document = { ...rest };
  for (const counter of counters) {
    if (first[counter] !== undefined || rest[counter] !== undefined)
      whole[counter] = Number(first[counter] ?? 0) + Number(rest[counter] ?? 0);
  }
  for (const list of ['upserted', 'writeErrors'] as const) {
    const entries = [...entriesOf(first[list]), ...shifted(entriesOf(rest[list]), 'index', shift)];
    if (entries.length > 0) whole[list] = entries;
  }
  if (rest.cursor?.firstBatch === undefined) return whole;
  const batch = [...entriesOf(first.cursor?.firstBatch), ...shifted(entriesOf(rest.cursor.firstBatch), 'idx', shift)];
  return { ...whole, cursor: { ...rest.cursor, firstBatch: batch } };
}

function entriesOf(list: unknown): readonly Document[] {
  return Array.isArray(list) ? list : [];
}

function shifted(entries: readonly Document[], field: string, by: number): Document[] {
  return entries.map((entry) => ({ ...entry, [field]: Number(entry[field]) + by }));
}
