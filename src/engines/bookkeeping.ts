import { relationKey } from '../model/catalog';
import { ownValue } from '../model/own-value';
import type { BookkeepingTable, VolatileColumns } from '../model/state';

/** What stands in for a value that differs from run to run. A null stays null: Prisma's `finished_at` says by it that a migration failed. */
export const maskedValue = '(differs from run to run)';

/** Clock times and how long a run took differ in every run, also where two runs happened to agree. */
export function isClock(column: { readonly name: string; readonly type: string }): boolean {
  return /^(timestamp|date|time|interval)/.test(column.type) || /execution_?time|duration|elapsed/i.test(column.name);
}

/**
 * A bookkeeping table as the driver read it, sorted, fit for JSON: times as ISO strings, volatile values masked.
 * @param columns the table's columns.
 */
export function bookkeepingTable(
  relation: { readonly schema: string; readonly name: string },
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly { readonly name: string; readonly type: string }[],
  volatile: VolatileColumns,
): BookkeepingTable {
  const table = relationKey(relation);
  const masked = new Set([...(ownValue(volatile, table) ?? []), ...columns.filter(isClock).map((column) => column.name)]);
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, masked.has(name) && value !== null ? maskedValue : plainValue(value)]),
    ),
  );
  const keyed = plain.map((row) => ({ row, key: JSON.stringify(row) })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { table, rows: keyed.map((entry) => entry.row) };
}

function plainValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
