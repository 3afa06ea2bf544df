import type { ClientBase, QueryResult } from 'pg';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import type { FillColumn, FillTable } from '../generate-rows/catalog';
import { attempts, measure } from '../generate-rows/generate-rows';
import { fillOrder } from '../generate-rows/order';
import { fillStatement } from '../generate-rows/statement';
import { tryCandidates } from '../generate-rows/trial';

/** A row as SQL: an expression for each column, by name. */
export type RowValues = ReadonlyMap<string, string>;

export interface Refused {
  readonly why: string;
}

/** Where dirty rows are made: a transaction of a superuser, with the settings under which rows are generated. */
export interface Workshop {
  readonly client: ClientBase;
  /** By oid. */
  readonly tables: ReadonlyMap<number, FillTable>;
  readonly seed: number;
  /** Columns of a table, `schema.table`, that have to differ from row to row. */
  readonly fresh: (table: string) => readonly string[];
}

/**
 * Rows that the table would take as they are, beside those that it has: made by the server as all generated rows are, read, and taken back.
 * Values are literals; columns that the server computes are left out.
 */
export async function validRows(workshop: Workshop, table: FillTable, count: number): Promise<readonly RowValues[] | Refused> {
  const { client } = workshop;
  await client.query('SAVEPOINT faultline_valid');
  try {
    return await insertedRows(workshop, table, count);
  } catch (error) {
    return { why: `No row could be made for ${table.name}: ${(error as Error).message}.` };
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT faultline_valid; RELEASE SAVEPOINT faultline_valid');
  }
}

async function insertedRows({ client, tables, seed }: Workshop, table: FillTable, count: number): Promise<readonly RowValues[] | Refused> {
  const all = [...tables.values()];
  const step = fillOrder(all).find((candidate) => candidate.table === table);
  if (step === undefined) return { why: `${table.name} is a table of another kind.` };
  const columns = writable(table);
  const list = columns.map(({ name }) => `quote_nullable(${quoteIdentifier(name)}::text)`);
  const rows: RowValues[] = [];
  let why = 'no values were found that meet its constraints';
  let next = ((await measure(client, [table])).get(table.oid)?.highest ?? 0) + 1;
  for (const { candidates: trying, withNull, factor } of attempts) {
    const limit = count - rows.length;
    if (limit <= 0) break;
    const trial = trying ? await tryCandidates(client, table, seed, next, withNull) : { candidates: new Map() };
    if ('impossible' in trial) return { why: `No row could be made for ${table.name}: ${trial.impossible}.` };
    const last = next + limit * factor * 8 - 1;
    const statement = fillStatement({ step, tables, seed, candidates: trial.candidates, withNull, first: next, last, limit });
    if ('impossible' in statement) return { why: `No row could be made for ${table.name}: ${statement.impossible}.` };
    next = last + 1;
    const made = await attempt(client, `${statement.text} RETURNING json_build_array(${list.join(', ')}) AS row`);
    if (typeof made === 'string') why = made;
    else rows.push(...made.map((values) => new Map(columns.map(({ name }, place) => [name, values[place] ?? 'NULL']))));
  }
  return rows.length < count ? { why: `No row could be made for ${table.name}: ${why}.` } : rows;
}

/** The rows that came back, or what the server said. */
async function attempt(client: ClientBase, text: string): Promise<readonly (readonly string[])[] | string> {
  await client.query('SAVEPOINT faultline_attempt');
  try {
    const result: QueryResult<{ row: readonly string[] }> = await client.query(text);
    await client.query('RELEASE SAVEPOINT faultline_attempt');
    return result.rows.map(({ row }) => row);
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT faultline_attempt; RELEASE SAVEPOINT faultline_attempt');
    return (error as Error).message;
  }
}

/** Columns that can be given a value. */
export function writable(table: FillTable): readonly FillColumn[] {
  return table.columns.filter(({ generated }) => !generated);
}
