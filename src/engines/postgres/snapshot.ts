import type pg from 'pg';
import type { Catalog } from '../../model/catalog';
import { relationKey } from '../../model/catalog';
import type { State, VolatileColumns } from '../../model/state';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { bookkeepingTable } from './snapshot-bookkeeping';
import { assembleCatalog } from './snapshot-catalog';
import {
  type DataRow,
  dataQueries,
  relationsWithRows,
  type SequencePositionRow,
  type SequenceUse,
  sequencePosition,
  sequenceQuery,
  tableData,
} from './snapshot-data';
import { type CatalogQueryName, catalogQueries } from './snapshot-queries';
import type { CatalogRows } from './snapshot-rows';
import { type SessionRow, sessionLeft, sessionsQuery } from './snapshot-sessions';

export interface CaptureOptions {
  /** `schema.table` of the framework's own tables: their rows are given apart, and they are no part of schema and data. */
  readonly bookkeepingTables: readonly string[];
  /** Columns whose values differ between equal runs: only whether they are null is hashed, and for times whether they are from before `clockStart`. */
  readonly volatile: VolatileColumns;
  /** When the first run began, ISO 8601 in UTC: a time that a migration writes is later, one that was there before is earlier. */
  readonly clockStart?: string;
  /** True, or tables as `schema.table`: also a hash per column, to say which one differs. Costs about twice the time. */
  readonly columnHashes?: boolean | readonly string[];
  /** Server processes known to be the migration's, beside those that bear its application name. */
  readonly migrationProcessIds?: readonly number[];
}

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
  try {
    const opened = await simpleQuery(client, open);
    const version = opened.at(-1)?.rows[0] as { server_version_num: string } | undefined;
    return await capture(client, Math.floor(Number(version?.server_version_num) / 10_000), options);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function capture(client: pg.ClientBase, major: number, options: CaptureOptions): Promise<State> {
  const queries = catalogQueries(major);
  const names = Object.keys(queries) as CatalogQueryName[];
  const answers = await simpleQuery(
    client,
    [...names.map((name) => queries[name]), sessionsQuery(options.migrationProcessIds ?? [])].join(';'),
  );
  const rows = Object.fromEntries(names.map((name, place) => [name, answers[place]?.rows ?? []])) as unknown as CatalogRows;
  const sessions = (answers[names.length]?.rows ?? []) as SessionRow[];

  const excluded = new Set(options.bookkeepingTables);
  const catalog = assembleCatalog(rows, excluded);
  const bookkeeping = rows.relations.filter((row) => excluded.has(relationKey(row)));
  const data = dataQueries(
    relationsWithRows(catalog, rows),
    options.volatile,
    wantsColumns(options.columnHashes),
    options.clockStart,
    major,
  );
  const sequences = sequenceQuery(sequenceUses(catalog, rows)) ?? 'SELECT WHERE false';
  const history = bookkeeping.map((row) => `SELECT * FROM ${quoteQualified(row.schema, row.name)}`);
  const contents = await simpleQuery(client, [...data, sequences, ...history, 'COMMIT'].join(';'));

  return {
    catalog,
    data: contents.slice(0, data.length).flatMap((result) => (result.rows as DataRow[]).map(tableData)),
    sequences: ((contents[data.length]?.rows ?? []) as SequencePositionRow[]).map(sequencePosition),
    bookkeeping: bookkeeping.map((row, place) =>
      bookkeepingTable(
        row,
        (contents[data.length + 1 + place]?.rows ?? []) as Record<string, unknown>[],
        rows.columns.filter((column) => column.relation === row.identity),
        options.volatile,
      ),
    ),
    sessions: sessions.map(sessionLeft),
    preparedTransactions: rows.preparedTransactions.map((row) => row.gid),
  };
}

function wantsColumns(columnHashes: CaptureOptions['columnHashes']): (table: string) => boolean {
  if (typeof columnHashes === 'boolean' || columnHashes === undefined) return () => columnHashes === true;
  const tables = new Set(columnHashes);
  return (table) => tables.has(table);
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

/** Sends several statements as one simple query; the driver then answers with an array. */
async function simpleQuery(client: pg.ClientBase, text: string): Promise<{ rows: unknown[] }[]> {
  const answer: unknown = await client.query(text);
  return (Array.isArray(answer) ? answer : [answer]) as { rows: unknown[] }[];
}
