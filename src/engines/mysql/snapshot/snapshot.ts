import { relationKey } from '../../../model/catalog';
import type { State } from '../../../model/state';
import { quoteQualified } from '../../../parse/mysql/identifiers';
import { tableOfShowCreate } from '../../../schema/mysql/show-create';
import { bookkeepingTable } from '../../bookkeeping';
import type { Baseline, CaptureOptions } from '../../capture';
import { type ControlClient, resultsOf } from '../connect';
import { valueSettings } from '../settings';
import { assembleCatalog } from './catalog';
import { dataQuery, tableData } from './data';
import { type ReadObjects, readObjects } from './objects';
import { countedPosition, greatestQuery, sequencePosition, sequenceQuery } from './positions';
import { captureSessions } from './sessions';

/** ER_TABLE_DEF_CHANGED: a table was altered after the transaction had begun. */
const tableChangedCode = 1412;
const greatestAttempts = 5;

/**
 * Reads everything that a migration could have changed: catalog, data as counts and hashes, counters, bookkeeping, sessions, prepared
 * transactions. Nothing is written. Rows are those of one moment; definitions are not versioned in MySQL, so where one changes meanwhile, all is read
 * again.
 * @param client a connection of a user that may read everything, using the database, not in a transaction.
 * @throws the driver's error; number 1205 when a table is locked by a session that is still in its transaction.
 */
export async function captureState(client: ControlClient, options: CaptureOptions): Promise<State> {
  await resultsOf(client, valueSettings);
  for (let attempt = 1; ; attempt++) {
    try {
      return await inSnapshot(client, () => readState(client, options));
    } catch (error) {
      const { errno } = error as { errno?: unknown };
      if (errno !== tableChangedCode || attempt === greatestAttempts) throw error;
    }
  }
}

/** The same, with column hashes. Reading in full costs so little that later states are read in full too. */
export async function captureBaseline(client: ControlClient, options: CaptureOptions): Promise<Baseline> {
  const { baseline: _, ...rest } = options;
  const complete = { ...rest, columnHashes: true };
  const state = await captureState(client, complete);
  const [row] = (await resultsOf(client, 'SELECT VERSION() AS version'))[0] ?? [];
  return { engine: String(row?.version).includes('MariaDB') ? 'mariadb' : 'mysql', state, options: complete };
}

async function inSnapshot<T>(client: ControlClient, work: () => Promise<T>): Promise<T> {
  await client.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

async function readState(client: ControlClient, options: CaptureOptions): Promise<State> {
  const sessions = await captureSessions(client);
  const objects = await readObjects(client);
  const { volatile, columnHashes = false, clockStart } = options;
  const excluded = new Set(options.bookkeepingTables);
  const catalog = assembleCatalog(objects, excluded, clockStart);
  const { tables } = catalog;
  const counted = tables.flatMap((table) => {
    const query = greatestQuery(table);
    return query === undefined ? [] : [{ table, query }];
  });
  const histories = historyTables(objects, excluded);
  const answers = await resultsOf(
    client,
    [
      ...tables.map((table) => dataQuery(table, volatile, columnHashes, clockStart)),
      ...counted.map(({ query }) => query),
      ...catalog.sequences.map(({ name }) => sequenceQuery(name)),
      ...histories.map((table) => `SELECT * FROM ${quoteQualified(table.schema, table.name)}`),
      'DO 0',
    ].join(';\n'),
  );
  let place = 0;
  const next = () => answers[place++] ?? [];
  const data = tables.map((table) => tableData(table, next()[0]));
  const shown = new Map(objects.tables.map(({ name, text }) => [name, text]));
  const positions = [
    ...counted.flatMap(({ table }) => countedPosition(table, shown.get(table.name) ?? '', next()[0]) ?? []),
    ...catalog.sequences.map(({ name }) => sequencePosition(name, next()[0])),
  ];
  const bookkeeping = histories.map((table) => bookkeepingTable(table, next(), table.columns, volatile));
  return {
    catalog,
    data,
    sequences: positions,
    bookkeeping: options.normalHistory?.(bookkeeping) ?? bookkeeping,
    sessions: sessions.filter(({ preparedTransaction }) => preparedTransaction === undefined),
    preparedTransactions: sessions.flatMap(({ preparedTransaction }) => preparedTransaction ?? []),
  };
}

function historyTables(objects: ReadObjects, names: ReadonlySet<string>) {
  const engine = { name: objects.engineName, major: 0 };
  return objects.tables.map(({ text }) => tableOfShowCreate(text, engine)).filter((table) => names.has(relationKey(table)));
}
