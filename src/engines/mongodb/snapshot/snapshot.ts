import { setTimeout as pause } from 'node:timers/promises';
import type { Db, Document, MongoClient } from 'mongodb';
import { ownValue } from '../../../model/own-value';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { SessionLeft } from '../../../model/simulation';
import type { BookkeepingTable, State, TableData } from '../../../model/state';
import type { Baseline, CaptureOptions } from '../../capture';
import { withControlClient } from '../connect';
import { historyRows } from './bookkeeping';
import { buildsAmong } from './builds';
import { assembleCatalog } from './catalog';
import { DocumentSums } from './documents';
import { collectKnown, type KnownValues, maskingOf } from './masks';
import { type ListedCollection, listCollections, readIndexes } from './objects';
import { followRenames } from './renames';
import { currentOperations, sessionsLeft } from './sessions';
import { exactReading } from './values';

/** What is kept of the state before, so that its values are told from those that runs write. */
interface MongodbBaseline extends Baseline {
  readonly known: KnownValues;
}

/**
 * Reads everything that a migration could have changed: collections with options and indexes, views, documents as counts and hashes, bookkeeping,
 * operations under way. Nothing is written. Collections are read one by one: MongoDB has no snapshot over its catalog, and nobody writes meanwhile.
 * Rejects as `mongodb` does.
 */
export function captureState(address: DatabaseAddress, options: CaptureOptions): Promise<State> {
  return withControlClient(address, (database, client) => readState(client, database, options));
}

/** The same, with column hashes. Later states are read in full too: nothing that is cheap to ask says which collections changed. */
export function captureBaseline(address: DatabaseAddress, options: CaptureOptions): Promise<Baseline> {
  const { baseline: _, ...rest } = options;
  const complete = { ...rest, columnHashes: true };
  return withControlClient(address, async (database, client) => {
    const known = new Set<string>();
    const state = await readState(client, database, complete, known);
    const baseline: MongodbBaseline = { engine: 'mongodb', state, options: complete, known };
    return baseline;
  });
}

/** Commands of a client that is gone are waited for so long: what then still works waits for somebody itself. */
const greatestWorkMs = 10_000;

/**
 * The migration's sessions that are still there and may block others. A command that the server works on, as one that was sent beside the failed
 * one and whose client is gone, ends by itself: it is waited for, at most ten seconds, so that only what stays is told.
 */
export function captureSessions(address: DatabaseAddress, sessionIds: readonly number[]): Promise<readonly SessionLeft[]> {
  return withControlClient(address, async (_, client) => {
    const deadline = performance.now() + greatestWorkMs;
    for (;;) {
      const left = sessionsLeft(await currentOperations(client), address.database, sessionIds);
      if (!left.some(({ state }) => state === 'active') || performance.now() > deadline) return left;
      await pause(50);
    }
  });
}

async function readState(client: MongoClient, database: Db, options: CaptureOptions, collecting?: Set<string>): Promise<State> {
  const [operations, collections] = await Promise.all([currentOperations(client), listCollections(client, database)]);
  const excluded = new Set(options.bookkeepingTables);
  const stored = collections.filter(({ type }) => type !== 'view');
  const [described, data, recorded] = await Promise.all([
    readIndexes(client, collections),
    Promise.all(stored.filter(({ key }) => !excluded.has(key)).map((each) => readData(client, each, options, collecting))),
    Promise.all(stored.filter(({ key }) => excluded.has(key)).map((each) => readHistory(client, each, options))),
  ]);
  const catalog = assembleCatalog(described, buildsAmong(operations), excluded);
  // Tools make these collections with their first document, and never miss one: an empty one says what none says.
  const bookkeeping = recorded.filter(({ rows }) => rows.length > 0);
  const before = options.baseline?.state;
  return {
    catalog: before === undefined ? catalog : followRenames(before, { catalog, data }),
    data: options.columnHashes === true ? data : data.map(({ columnHashes: _, ...sums }) => sums),
    sequences: [],
    bookkeeping: options.normalHistory?.(bookkeeping) ?? bookkeeping,
    sessions: sessionsLeft(operations, database.databaseName, []),
    preparedTransactions: [],
  };
}

async function readData(
  client: MongoClient,
  { key, database, name }: ListedCollection,
  { volatile, baseline, clockStart, columnHashes = false }: CaptureOptions,
  collecting: Set<string> | undefined,
): Promise<TableData> {
  const known = isOwn(baseline) ? baseline.known : collecting;
  // A collection that is new may be one that had another name: its _id's tell.
  const isNew = baseline !== undefined && !baseline.state.catalog.tables.some((table) => table.name === key);
  const sums = new DocumentSums(columnHashes || isNew, maskingOf(key, volatile, known, clockStart));
  for await (const document of documentsOf(client, database, name)) {
    if (collecting !== undefined) collectKnown(document, collecting);
    sums.add(document);
  }
  return sums.data(key);
}

function isOwn(baseline: Baseline | undefined): baseline is MongodbBaseline {
  return baseline?.engine === 'mongodb';
}

async function readHistory(
  client: MongoClient,
  { key, database, name }: ListedCollection,
  { volatile }: CaptureOptions,
): Promise<BookkeepingTable> {
  const documents: Document[] = [];
  for await (const document of documentsOf(client, database, name)) documents.push(document);
  return historyRows(key, documents, ownValue(volatile, key) ?? []);
}

/** Documents in one answer of the server as far as they fit. */
const batchSize = 10_000;

function documentsOf(client: MongoClient, database: string, name: string) {
  return client
    .db(database)
    .collection(name)
    .find({}, { ...exactReading, batchSize });
}
