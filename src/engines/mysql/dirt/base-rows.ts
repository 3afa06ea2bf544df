import { relationKey, type Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import type { DirtSource } from '../../rows';
import { type ControlClient, rowsOf } from '../connect';
import { conditionsOf } from '../generate-rows/candidates';
import { formOf, wholeTypes } from '../generate-rows/form';
import { insertion, insertRows } from '../generate-rows/insert';
import { fillOrder } from '../generate-rows/order';
import { literalOf, readParents } from '../generate-rows/parents';
import { isByServer, RowMaker, type RowValues } from '../generate-rows/rows';

/** Where dirty rows are made. */
export interface Workshop extends DirtSource {
  readonly client: ControlClient;
  readonly tables: readonly Table[];
}

export interface Refused {
  readonly why: string;
}

/**
 * Rows from which dirty ones are made: valid before the migration, and like those that are known to pass through it. Whatever need not differ
 * from row to row is taken from rows that are there; where that makes no valid row, or there are none, rows are generated. Nothing stays in the table.
 */
export async function baseRows(workshop: Workshop, table: Table, count: number): Promise<readonly RowValues[] | Refused> {
  const generated = await generatedRows(workshop, table, count);
  if ('why' in generated) return generated;
  const examples = await existingRows(workshop.client, table, count);
  const fresh = new Set(workshop.fresh(relationKey(table)));
  const mixed = generated.map((row, place) => {
    const example = examples[Math.min(place, examples.length - 1)] ?? row;
    return new Map([...row].map(([name, value]): [string, string] => [name, fresh.has(name) ? value : (example.get(name) ?? value)]));
  });
  return (await undone(workshop.client, () => workshop.client.query(insertion(table, mixed)))) === undefined ? mixed : generated;
}

async function generatedRows(workshop: Workshop, table: Table, count: number): Promise<readonly RowValues[] | Refused> {
  const { client, seed, tables } = workshop;
  const step = fillOrder(tables).find((candidate) => candidate.table === table);
  if (step === undefined) return { why: `${table.name} is a table of another kind.` };
  const conditions = conditionsOf(table);
  const maker = new RowMaker(step, seed, conditions, await readParents(client, step.now));
  await client.query('START TRANSACTION');
  try {
    const first = (await highest(client, table)) + 1;
    const { rows, problem } = await insertRows(client, { table, maker, conditions, first, wanted: count, seed, inTransaction: true });
    return rows.length < count ? { why: `No row could be made for ${table.name}: ${problem ?? 'its constraints allow none'}.` } : rows;
  } finally {
    await client.query('ROLLBACK');
  }
}

async function highest(client: ControlClient, table: Table): Promise<number> {
  const keys = new Set(table.indexes.filter(({ unique }) => unique).flatMap((index) => index.keys));
  const whole = table.columns.filter((column) => keys.has(column.name) && wholeTypes.has(formOf(column).base));
  const greatest = whole.map(({ name }) => `CAST(COALESCE(MAX(${quoteIdentifier(name)}), 0) AS SIGNED)`);
  const [row] = await rowsOf(
    client,
    `SELECT GREATEST(${['COUNT(*)', '0', ...greatest].join(', ')}) AS n FROM ${quoteIdentifier(table.name)}`,
  );
  return Number(row?.n ?? 0);
}

async function existingRows(client: ControlClient, table: Table, count: number): Promise<readonly RowValues[]> {
  const columns = table.columns.filter((column) => !isByServer(column));
  const order = table.indexes.find(({ name }) => name === 'PRIMARY')?.keys.map(quoteIdentifier) ?? [];
  const list = columns.map(({ name, type }, at) => `${literalOf(name, type)} AS \`${at}\``);
  const text = `SELECT ${list.join(', ')} FROM ${quoteIdentifier(table.name)}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''} LIMIT ${count}`;
  return (await rowsOf(client, text)).map((row) => new Map(columns.map(({ name }, at) => [name, String(row[String(at)] ?? 'NULL')])));
}

/** Does something and takes it back. The server's refusal in words; undefined when it was done. */
export async function undone(client: ControlClient, work: () => Promise<unknown>): Promise<string | undefined> {
  await client.query('START TRANSACTION');
  try {
    await work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.query('ROLLBACK');
  }
}
