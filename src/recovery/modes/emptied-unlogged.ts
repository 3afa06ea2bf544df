import { relationKey, type Table } from '../../model/catalog';
import type { State } from '../../model/state';
import { match } from '../../state/match';

function rowCounts(state: State): Map<string, number> {
  return new Map(state.data.map((data) => [data.table, data.rowCount]));
}

/** Unlogged tables that had rows before, by `before`'s names, and are empty now: a crash empties them (manual, CREATE TABLE, UNLOGGED). */
export function emptiedUnlogged(before: State, partial: State): Table[] {
  const [then, now] = [rowCounts(before), rowCounts(partial)];
  return match(before.catalog.tables, partial.catalog.tables, relationKey)
    .pairs.filter(([a, b]) => b.persistence === 'unlogged' && (then.get(relationKey(a)) ?? 0) > 0 && now.get(relationKey(b)) === 0)
    .map(([a]) => a);
}

/** Unlogged tables of the partial state that are empty, though the migration fills them: their statements have to run again. */
export function unfilledUnlogged(partial: State): Set<string> {
  const counts = rowCounts(partial);
  return new Set(
    partial.catalog.tables
      .filter((table) => table.persistence === 'unlogged' && counts.get(relationKey(table)) === 0)
      .map((table) => relationKey(table)),
  );
}
