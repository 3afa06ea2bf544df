import type pg from 'pg';
import type { LoadOperation } from '../../../model/simulation';
import { spoken } from '../../../rollback/names';
import type { Workload, WorkloadRequest, WorkloadSource } from '../../load';
import { withControlClient } from '../connect';
import { generateRows } from '../generate-rows/generate-rows';
import { insertText, readText, readWorkloadTable, sampleRows, updateText, type WorkloadRow, type WorkloadTable } from './tables';

const rowsPerRequest = 3;
const rowsToTry = 20;

/** The requests of an application that knows these tables as they are now. Every one has been carried out once, and succeeded. */
export async function makeWorkload(source: WorkloadSource): Promise<Workload> {
  const fresh = await withControlClient(source.scratch, (client) => makeRows(client, source));
  return withControlClient(source.address, async (client) => {
    const requests: WorkloadRequest[] = [];
    const notes: string[] = [];
    for (const { table, rows } of fresh) {
      for (const { operation, candidates } of await candidatesFor(client, table, rows)) {
        const { texts, problem } = await thatSucceed(client, candidates);
        if (texts.length > 0) requests.push({ operation, relation: table.name, texts });
        else notes.push(`${table.name}: no ${operation} could be tried${problem === undefined ? '' : ` (${problem})`}`);
      }
    }
    return { requests, notes };
  });
}

interface FreshRows {
  readonly table: WorkloadTable;
  readonly rows: readonly WorkloadRow[];
}

/** Rows that the tables could take as well, made as the rows before were. */
async function makeRows(client: pg.ClientBase, { tables: names, seed }: WorkloadSource): Promise<readonly FreshRows[]> {
  const tables: WorkloadTable[] = [];
  for (const name of names) {
    const table = await readWorkloadTable(client, name);
    if (table !== undefined) tables.push(table);
  }
  const wanted = new Set(tables.filter(({ isWritable }) => isWritable).map(({ name }) => name));
  const counts: number[] = [];
  for (const table of tables) counts.push(await countOf(client, table));
  const { rows: others } = await client.query<{ schema: string; name: string }>(
    "SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const excludeTables = others.filter((table) => !wanted.has(spoken(table))).map(({ schema, name }) => `${schema}.${name}`);
  const { rows: now } = await client.query<{ xid: string }>('SELECT (txid_current() % 4294967296)::text AS xid');
  await generateRows(client, { rows: Math.max(0, ...counts) + rowsToTry, seed, excludeTables });
  const fresh: FreshRows[] = [];
  for (const table of tables) {
    // Rows of a later transaction than the one that asked for its number.
    const rows = table.isWritable ? await sampleRows(client, table, rowsToTry, `t.xmin::text::bigint > ${now[0]?.xid ?? 0}`) : [];
    fresh.push({ table, rows });
  }
  return fresh;
}

async function countOf(client: pg.ClientBase, { quoted }: WorkloadTable): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${quoted}`);
  return Number(rows[0]?.count ?? 0);
}

interface Candidates {
  readonly operation: LoadOperation;
  readonly candidates: readonly string[];
}

async function candidatesFor(client: pg.ClientBase, table: WorkloadTable, fresh: readonly WorkloadRow[]): Promise<readonly Candidates[]> {
  const present = await sampleRows(client, table, rowsPerRequest);
  const reads = present.length === 0 ? [readText(table, undefined)] : present.map((row) => readText(table, row));
  const read: Candidates = { operation: 'read', candidates: [...new Set(reads)] };
  if (!table.isWritable) return [read];
  return [
    read,
    // An application leaves the numbering to the server; where the sequence lies behind, it has to be given a number.
    {
      operation: 'insert',
      candidates: [...fresh.map((row) => insertText(table, row, false)), ...fresh.map((row) => insertText(table, row, true))],
    },
    { operation: 'update', candidates: present.flatMap((row) => updateText(table, row) ?? []) },
  ];
}

/** The first candidates that the server takes, and what it says of the last one that it does not. */
async function thatSucceed(
  client: pg.ClientBase,
  candidates: readonly string[],
): Promise<{ readonly texts: readonly string[]; readonly problem?: string }> {
  const texts: string[] = [];
  let problem: string | undefined;
  for (const text of candidates) {
    if (texts.length === rowsPerRequest) break;
    try {
      await client.query(text);
      texts.push(text);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      await client.query('ROLLBACK');
    }
  }
  return { texts, ...(problem !== undefined && { problem }) };
}
