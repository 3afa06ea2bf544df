import type { State, TableData } from '../model/state';

/**
 * Whether rows of before are gone that the migration does not mean to remove: a table that is there before, after and now (the same
 * one, by identity) holds fewer rows now than in both of them.
 */
export function lostData(before: State, after: State | undefined, partial: State): boolean {
  if (after === undefined) return false;
  const rowsAfter = rowsByIdentity(after);
  const rowsNow = rowsByIdentity(partial);
  for (const [identity, rowCount] of rowsByIdentity(before)) {
    const now = rowsNow.get(identity);
    const then = rowsAfter.get(identity);
    if (now !== undefined && then !== undefined && now < rowCount && now < then) return true;
  }
  return false;
}

function rowsByIdentity(state: State): Map<string, number> {
  const data = new Map<string, TableData>(state.data.map((table) => [table.table, table]));
  return new Map(state.catalog.tables.map((table) => [table.identity, data.get(`${table.schema}.${table.name}`)?.rowCount ?? 0]));
}
