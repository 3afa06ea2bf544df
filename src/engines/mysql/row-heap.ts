import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { type ControlClient, resultsOf, rowsOf } from './connect';
import { valueSettings } from './settings';
import { valueText } from './snapshot/data';

/** The rows of a table as hashes over these columns, each with how often it is there. Rejects as `mysql2` does. */
export async function readRowHeap(
  client: ControlClient,
  { schema, name }: { readonly schema: string; readonly name: string },
  columns: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const table = quoteQualified(schema, name);
  await resultsOf(client, valueSettings);
  const described = await rowsOf(client, `SHOW COLUMNS FROM ${table}`);
  const types = new Map(described.map((row) => [String(row.Field), String(row.Type)]));
  const row = columns.map((column) => `QUOTE(${valueText({ name: column, type: types.get(column) ?? 'text' })})`).join(', ');
  const rows = await rowsOf(
    client,
    `SELECT SHA2(CONCAT_WS(',', ${row}), 256) AS ${quoteIdentifier('hash')}, COUNT(*) AS number FROM ${table} GROUP BY 1`,
  );
  return new Map(rows.map(({ hash, number }) => [String(hash), Number(number)]));
}
