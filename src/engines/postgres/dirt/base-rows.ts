import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import type { FillTable } from '../generate-rows/catalog';
import { tried } from './probe';
import { type Refused, type RowValues, validRows, type Workshop, writable } from './valid-rows';

/**
 * Rows from which dirty ones are made: valid before the migration, and like those that are known to pass through it. Whatever need not
 * differ from row to row is taken from rows that are there; where that makes no valid row, or there are none, rows are generated.
 */
export async function baseRows(workshop: Workshop, table: FillTable, count: number): Promise<readonly RowValues[] | Refused> {
  const generated = await validRows(workshop, table, count);
  if ('why' in generated) return generated;
  const examples = await existingRows(workshop, table, count);
  const fresh = new Set(workshop.fresh(`${table.schema}.${table.name}`));
  const mixed = generated.map((row, place) => {
    const example = examples[Math.min(place, examples.length - 1)] ?? row;
    return new Map([...row].map(([name, value]): [string, string] => [name, fresh.has(name) ? value : (example.get(name) ?? value)]));
  });
  return (await isTaken(workshop, table, mixed)) ? mixed : generated;
}

async function existingRows({ client }: Workshop, table: FillTable, count: number): Promise<readonly RowValues[]> {
  const columns = writable(table).filter(({ byServer }) => !byServer);
  if (columns.length === 0) return [];
  const list = columns.map(({ name }) => `quote_nullable(${quoteIdentifier(name)}::text)`);
  const text = `SELECT json_build_array(${list.join(', ')}) AS row FROM ${quoteQualified(table.schema, table.name)} ORDER BY tableoid, ctid LIMIT ${count}`;
  const { rows } = await client.query<{ row: readonly string[] }>(text);
  return rows.map(({ row }) => new Map(columns.map(({ name }, place) => [name, row[place] ?? 'NULL'])));
}

async function isTaken(workshop: Workshop, table: FillTable, rows: readonly RowValues[]): Promise<boolean> {
  const names = writable(table).map(({ name }) => quoteIdentifier(name));
  const lines = rows.map(
    (row) =>
      `(${writable(table)
        .map(({ name }) => row.get(name) ?? 'NULL')
        .join(', ')})`,
  );
  const text = `INSERT INTO ${quoteQualified(table.schema, table.name)} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES ${lines.join(', ')}`;
  return (await tried(workshop, async () => (await workshop.client.query(text)).rowCount)) !== undefined;
}
