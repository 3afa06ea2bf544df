import type { BookkeepingTable, State, VolatileColumns } from '../model/state';

/**
 * Columns whose values differ between two equal runs of the migration: clock times, random ids. Both states are taken after a run with no
 * fault, from clones of one database, with column hashes.
 * @returns names by table, sorted; empty when the runs are the same.
 */
export function findVolatileColumns(first: State, second: State): VolatileColumns {
  const found: Record<string, string[]> = {};
  const others = new Map(second.data.map((data) => [data.table, data.columnHashes ?? {}]));
  for (const { table, columnHashes = {} } of first.data) {
    const other = others.get(table);
    if (other === undefined) continue;
    add(
      found,
      table,
      Object.keys(columnHashes).filter((column) => column in other && columnHashes[column] !== other[column]),
    );
  }
  const histories = new Map(second.bookkeeping.map((history) => [history.table, history]));
  for (const history of first.bookkeeping) {
    const other = histories.get(history.table);
    if (other !== undefined) add(found, history.table, differingColumns(history, other));
  }
  return found;
}

function add(found: Record<string, string[]>, table: string, columns: readonly string[]): void {
  if (columns.length > 0) found[table] = [...columns].sort();
}

/** Columns whose values, taken as a heap, are not the same in both. */
function differingColumns(first: BookkeepingTable, second: BookkeepingTable): string[] {
  const values = (history: BookkeepingTable, column: string) =>
    history.rows
      .map((row) => JSON.stringify(row[column] ?? null))
      .sort()
      .join();
  const columns = new Set(first.rows.flatMap((row) => Object.keys(row)));
  return [...columns].filter((column) => first.rows.length === second.rows.length && values(first, column) !== values(second, column));
}
