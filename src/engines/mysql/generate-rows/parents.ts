import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import { type ControlClient, rowsOf } from '../connect';
import type { ForeignKey } from './order';
import type { ParentRows } from './rows';

/** So many rows are enough to refer to. */
const greatestNumber = 2_000;

/** The rows that these keys may refer to, in the order of their keys. A table of another database has none for us. */
export async function readParents(client: ControlClient, keys: readonly ForeignKey[]): Promise<ParentRows> {
  const parents = new Map<string, readonly (readonly string[])[]>();
  for (const key of keys) {
    const names = key.targetColumns.map(quoteIdentifier);
    const described = await rowsOf(client, `SHOW COLUMNS FROM ${quoteIdentifier(key.target)}`).catch(() => []);
    const types = new Map(described.map((row) => [String(row.Field), String(row.Type)]));
    const literals = key.targetColumns.map((name, at) => `${literalOf(name, types.get(name) ?? '')} AS \`${at}\``);
    const present = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
    const rows =
      described.length === 0
        ? []
        : await rowsOf(
            client,
            `SELECT ${literals.join(', ')} FROM ${quoteIdentifier(key.target)} WHERE ${present} GROUP BY ${names.join(', ')} ORDER BY ${names.join(', ')} LIMIT ${greatestNumber}`,
          );
    parents.set(
      key.name,
      rows.map((row) => key.targetColumns.map((_, at) => String(row[String(at)]))),
    );
  }
  return parents;
}

/** An expression that gives a value as the text of a literal. */
export function literalOf(name: string, type: string): string {
  const column = quoteIdentifier(name);
  if (/^(binary|varbinary|\w*blob|vector)\b/.test(type)) return `CONCAT("X'", HEX(${column}), "'")`;
  if (/^bit\b/.test(type)) return `CAST(${column} + 0 AS CHAR)`;
  return `QUOTE(${/^(float|double)\b/.test(type) ? `${column} + 0e0` : `CAST(${column} AS CHAR)`})`;
}
