import type pg from 'pg';
import { type Catalog, relationKey } from '../../../model/catalog';
import type { State } from '../../../model/state';
import { quoteQualified } from '../../../parse/postgres/identifiers';
import { bookkeepingTable } from '../../bookkeeping';
import type { CaptureOptions } from '../../capture';
import { assembleCatalog } from './catalog';
import {
  type DataRow,
  dataQueries,
  relationsWithRows,
  type SequencePositionRow,
  type SequenceUse,
  sequencePosition,
  sequenceQuery,
  tableData,
} from './data';
import { type CatalogQueryName, catalogQueries } from './queries';
import type { CatalogRows } from './rows';
import { type SessionRow, sessionLeft, sessionsQuery } from './sessions';
import { type CatalogReading, ownBaseline, type PostgresBaseline, readSince, simpleQuery } from './since';
import { horizonQuery, type SurveyRow, surveyOf, surveyQuery } from './survey';

/** How long to wait for a lock that a session of the migration holds. Use `captureSessions` to find out who. */
const lockTimeoutMs = 5_000;

/**
 * Fixes every setting that changes how a value is written. The empty search_path makes the server write names with their schema.
 * One read-only snapshot for all queries: a state is never half of one moment and half of another.
 */
const open = `
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = ''; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'; SET LOCAL xmloption = 'content';
SET LOCAL row_security = off; SET LOCAL jit = off; SET LOCAL quote_all_identifiers = off; SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = ${lockTimeoutMs};
SHOW server_version_num`;

/**
 * Reads everything that a migration could have changed: catalog, data as counts and hashes, sequences, bookkeeping, sessions, prepared
 * transactions. Three round trips, one snapshot, nothing is written.
 * @param client a connection of a role that may read everything (superuser: row level security must not hide rows), not in a transaction.
 * @throws the driver's error; `55P03` when a table is locked by a session that is still in its transaction.
 */
export async function captureState(client: pg.ClientBase, options: CaptureOptions): Promise<State> {
  return inSnapshot(client, async () => {
    const baseline = options.baseline && ownBaseline(options.baseline);
    if (baseline === undefined) {
      const { major } = await opened(client);
      return (await readContents(client, await readAll(client, major), major, options)).state;
    }
    const answers = await simpleQuery(client, `${open};${surveyQuery(baseline.horizon)}`);
    const since = await readSince(client, (answers.at(-1)?.rows ?? []) as SurveyRow[], options, baseline);
    const reading = since ?? (await readAll(client, baseline.major));
    return (await readContents(client, reading, baseline.major, options)).state;
  });
}

/** The same, in full and with column hashes, with what it takes to read later states by what changed since. Nobody may be writing meanwhile. */
export async function captureBaseline(client: pg.ClientBase, options: CaptureOptions): Promise<PostgresBaseline> {
  const { baseline: _, ...rest } = options;
  const complete = { ...rest, columnHashes: true };
  return inSnapshot(client, async () => {
    const { major, horizon } = await opened(client);
    const survey = await simpleQuery(client, surveyQuery(horizon));
    const reading = await readAll(client, major);
    const contents = await readContents(client, reading, major, complete);
    return {
      engine: 'postgres',
      ...contents,
      major,
      horizon,
      survey: surveyOf((survey[0]?.rows ?? []) as SurveyRow[]),
      rows: reading.rows,
      options: complete,
    };
  });
}

async function inSnapshot<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function opened(client: pg.ClientBase): Promise<{ major: number; horizon: string }> {
  const answers = await simpleQuery(client, `${open};${horizonQuery}`);
  const [version, horizon] = answers.slice(-2).map((answer) => answer.rows[0]) as [{ server_version_num: string }, { horizon: string }];
  return { major: Math.floor(Number(version.server_version_num) / 10_000), horizon: horizon.horizon };
}

async function readAll(client: pg.ClientBase, major: number): Promise<CatalogReading> {
  const queries = catalogQueries(major);
  const names = Object.keys(queries) as CatalogQueryName[];
  const texts = [...names.map((name) => queries[name]), sessionsQuery()];
  const answers = await simpleQuery(client, texts.join(';'));
  const rows = Object.fromEntries(names.map((name, place) => [name, answers[place]?.rows ?? []])) as unknown as CatalogRows;
  const known = { relations: new Map(), data: new Map(), positions: new Map() };
  return { rows, sessions: (answers[names.length]?.rows ?? []) as SessionRow[], known };
}

/** Reads data, sequences and bookkeeping, as far as they are not known, and ends the transaction. */
async function readContents(
  client: pg.ClientBase,
  { rows, sessions, known }: CatalogReading,
  major: number,
  options: CaptureOptions,
): Promise<Pick<PostgresBaseline, 'state' | 'relationsWithRows'>> {
  const excluded = new Set(options.bookkeepingTables);
  const catalog = withoutSchemas(assembleCatalog(rows, excluded, known.relations), options.bookkeepingSchemas ?? []);
  const bookkeeping = rows.relations.filter((row) => excluded.has(relationKey(row)));
  const relations = relationsWithRows(catalog, rows);
  const unread = relations.filter((relation) => !known.data.has(relation.identity));
  const data = dataQueries(unread, options.volatile, options.columnHashes === true, options.clockStart, major);
  const uses = sequenceUses(catalog, rows);
  const isKnown = (use: SequenceUse) => known.positions.has(relationKey(use)) && (!use.column || known.data.has(use.column.table.identity));
  const sequences = sequenceQuery(uses.filter((use) => !isKnown(use))) ?? 'SELECT WHERE false';
  const history = bookkeeping.map((row) => `SELECT * FROM ${quoteQualified(row.schema, row.name)}`);
  const contents = await simpleQuery(client, [...data, sequences, ...history, 'COMMIT'].join(';'));

  const readData = contents.slice(0, data.length).flatMap((result) => (result.rows as DataRow[]).map(tableData));
  const readPositions = ((contents[data.length]?.rows ?? []) as SequencePositionRow[]).map(sequencePosition);
  const tables = bookkeeping.map((row, place) =>
    bookkeepingTable(
      row,
      (contents[data.length + 1 + place]?.rows ?? []) as Record<string, unknown>[],
      rows.columns.filter((column) => column.relation === row.identity),
      options.volatile,
    ),
  );
  const state = {
    catalog,
    data: inOrder(
      relations,
      readData,
      (data) => data.table,
      (relation) => known.data.get(relation.identity),
    ),
    sequences: inOrder(
      uses,
      readPositions,
      (position) => position.sequence,
      (use) => known.positions.get(relationKey(use)),
    ),
    bookkeeping: options.normalHistory?.(tables) ?? tables,
    sessions: sessions.map(sessionLeft),
    preparedTransactions: rows.preparedTransactions.map((row) => row.gid),
  };
  return { state, relationsWithRows: relations };
}

function withoutSchemas(catalog: Catalog, names: readonly string[]): Catalog {
  return names.length === 0 ? catalog : { ...catalog, schemas: catalog.schemas.filter(({ name }) => !names.includes(name)) };
}

/** What was read, and what was known before, in the order of what they belong to. */
function inOrder<Value, Owner extends { readonly schema: string; readonly name: string }>(
  owners: readonly Owner[],
  read: readonly Value[],
  keyOf: (value: Value) => string,
  known: (owner: Owner) => Value | undefined,
): Value[] {
  const found = new Map(read.map((value) => [keyOf(value), value]));
  return owners.flatMap((owner) => found.get(relationKey(owner)) ?? known(owner) ?? []);
}

/** Which column's values a sequence gives: the one that owns it, or else one whose default draws from it. */
function sequenceUses(catalog: Catalog, rows: CatalogRows): SequenceUse[] {
  const tables = new Map(catalog.tables.map((table) => [relationKey(table), table]));
  const numeric = new Set(rows.columns.filter((row) => row.numeric).map((row) => `${row.relation} ${row.name}`));
  const rowsByKey = new Map(rows.sequences.map((row) => [relationKey(row), row]));
  return catalog.sequences.map((sequence) => {
    const row = rowsByKey.get(relationKey(sequence));
    const use = row?.owned_by ?? row?.used_by;
    const table = use && tables.get(use.table);
    if (!use || !table || !numeric.has(`${table.identity} ${use.column}`)) return { schema: sequence.schema, name: sequence.name };
    const column = { table, name: use.column, descending: sequence.increment.startsWith('-') };
    return { schema: sequence.schema, name: sequence.name, column };
  });
}
