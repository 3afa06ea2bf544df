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
    const differing = Object.keys(columnHashes).filter((column) => Object.hasOwn(other, column) && columnHashes[column] !== other[column]);
    add(
      found,
      table,
      differing.filter((column) => !isExplainedBelow(column, differing, columnHashes, other)),
    );
  }
  const histories = new Map(second.bookkeeping.map((history) => [history.table, history]));
  for (const history of first.bookkeeping) {
    const other = histories.get(history.table);
    if (other !== undefined) add(found, history.table, differingColumns(history, other));
  }
  return found;
}

/**
 * A document's field differs only because of fields in it that are told apart themselves: both runs have the same ones, and what differs among
 * them is found. (Where each run has keys of its own, the field as a whole is what differs.)
 */
function isExplainedBelow(column: string, differing: readonly string[], one: Hashes, two: Hashes): boolean {
  const below = (names: readonly string[]) => names.filter((name) => name.startsWith(`${column}.`));
  const [first, second] = [below(Object.keys(one)), below(Object.keys(two))];
  return below(differing).length > 0 && first.length === second.length && first.every((name) => Object.hasOwn(two, name));
}

type Hashes = Readonly<Record<string, string>>;

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
