import { type Catalog, type Constraint, type Index, relationKey, type Table } from '../model/catalog';

/** Rows as a heap: a hash of each, and how often it is there. */
export type RowHeap = ReadonlyMap<string, number>;

/** One table, over the columns that it has in all four states. */
export interface TableHistory {
  readonly before: RowHeap;
  /** What the interrupted run left. */
  readonly partial: RowHeap;
  readonly after: RowHeap;
  /** What running it again made of that. */
  readonly retried: RowHeap;
}

/**
 * The number of rows that are written twice: rows that the interrupted run had written, exactly as they are after, and that the retry
 * wrote over again (a counter raised twice), or added once more.
 */
export function rowsWrittenTwice({ before, partial, after, retried }: TableHistory): number {
  const finished = common(minus(partial, before), after);
  const tooMuch = size(minus(retried, after));
  if (size(finished) === 0 || tooMuch === 0) return 0;
  const writtenOver = size(minus(finished, retried));
  return Math.min(tooMuch, writtenOver > 0 ? writtenOver : Math.max(0, size(retried) - size(after)));
}

/**
 * Indexes and constraints that the retry made once more under another name, beside the same ones that the migration makes. `schema.name`,
 * sorted.
 */
export function addedTwice(before: Catalog, after: Catalog, retried: Catalog): string[] {
  const beforeTables = byKey(before);
  const afterTables = byKey(after);
  return retried.tables
    .flatMap((table) => {
      const goal = afterTables.get(relationKey(table));
      const old = beforeTables.get(relationKey(table));
      if (goal === undefined) return [];
      const twice = [
        ...copies(old?.indexes ?? [], goal.indexes, table.indexes, indexText),
        ...copies(old?.constraints ?? [], goal.constraints, table.constraints, constraintText),
      ];
      return twice.map((name) => `${table.schema}.${name}`);
    })
    .sort();
}

function byKey(catalog: Catalog): ReadonlyMap<string, Table> {
  return new Map(catalog.tables.map((table) => [relationKey(table), table]));
}

/** Names of those that are too many in `retried`, and read like one that the migration adds. */
function copies<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  retried: readonly T[],
  text: (object: T) => string,
): string[] {
  const count = (list: readonly T[], of: string) => list.filter((object) => text(object) === of).length;
  const known = new Set(after.map(({ name }) => name));
  return retried
    .filter((object) => !known.has(object.name))
    .filter((object) => {
      const of = text(object);
      return count(after, of) > count(before, of) && count(retried, of) > count(after, of);
    })
    .map(({ name }) => name);
}

/** Without its name; an index that is not valid is no copy of one that is. */
function indexText(index: Index): string {
  return `${index.valid} ${index.definition.replace(/ INDEX .*? ON /, ' INDEX ON ')}`;
}

function constraintText(constraint: Constraint): string {
  return `${constraint.kind} ${constraint.validated} ${constraint.definition}`;
}

function size(heap: RowHeap): number {
  return [...heap.values()].reduce((sum, number) => sum + number, 0);
}

function minus(heap: RowHeap, other: RowHeap): RowHeap {
  return filled([...heap].map(([row, number]) => [row, number - (other.get(row) ?? 0)]));
}

function common(heap: RowHeap, other: RowHeap): RowHeap {
  return filled([...heap].map(([row, number]) => [row, Math.min(number, other.get(row) ?? 0)]));
}

function filled(entries: readonly (readonly [string, number])[]): RowHeap {
  return new Map(entries.filter(([, number]) => number > 0));
}
