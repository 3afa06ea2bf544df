import type pg from 'pg';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';

/** Settings that change how a value is written as text. */
const settings = "SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'";

/** The rows of a table as hashes over these columns, each with how often it is there. Rejects as `pg` does. */
export async function readRowHeap(
  client: pg.ClientBase,
  { schema, name }: { readonly schema: string; readonly name: string },
  columns: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  await client.query(settings);
  const row = columns.map((column) => `${quoteIdentifier(column)}::text`).join(', ');
  const { rows } = await client.query<{ hash: string; number: number }>(
    `SELECT hashtextextended(ROW(${row})::text COLLATE "C", 0)::text AS hash, count(*)::integer AS number FROM ONLY ${quoteQualified(schema, name)} GROUP BY 1`,
  );
  return new Map(rows.map(({ hash, number }) => [hash, number]));
}
