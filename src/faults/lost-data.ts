import { relationKey, type Table } from '../model/catalog';
import { ownValue } from '../model/own-value';
import type { State, TableData } from '../model/state';
import { fieldsOf } from '../state/fields';
import { match } from '../state/match';

/**
 * Whether rows or values of before are gone that the migration does not mean to remove: a table that is there before and after (the same
 * one by identity, or else by name) holds fewer rows than in both; or a column that is in both with the same values has others now, and
 * these values are in no other column either. Wants states with column hashes; without them, only rows are counted.
 */
export function lostData(before: State, after: State | undefined, now: State): boolean {
  if (after === undefined) return false;
  const held = new Set(now.data.flatMap(({ columnHashes = {} }) => Object.values(columnHashes)));
  return keptTables(before, after).some((kept) => {
    const found = kept.names.flatMap((name) => name(now) ?? [])[0];
    const data = found === undefined ? undefined : dataOf(now, found);
    const fewer = (data?.rowCount ?? 0) < kept.rowCount;
    if (fewer) return kept.columns.length === 0 || !kept.columns.every(({ hash }) => held.has(hash));
    // With rows more than before, a column that sums up to something else may still hold every value.
    if (found === undefined || data?.columnHashes === undefined || data.rowCount !== kept.rowsBefore) return false;
    return kept.columns.some(({ hash, names }) => !held.has(hash) && valuesOf(found, data, names) !== hash);
  });
}

interface KeptTable {
  readonly rowsBefore: number;
  /** As many rows as there are before and after. */
  readonly rowCount: number;
  /** Ways to find the table in another state, best first. */
  readonly names: readonly ((state: State) => Table | undefined)[];
  /** Columns that the migration leaves as they are, with the hash of their values. */
  readonly columns: readonly { readonly hash: string; readonly names: readonly { readonly identity: string; readonly name: string }[] }[];
}

/** The hash of a column without any value. */
const noValues = '0';

function keptTables(before: State, after: State): KeptTable[] {
  return match(before.catalog.tables, after.catalog.tables, relationKey).pairs.flatMap(([old, later]) => {
    const [then, goal] = [dataOf(before, old), dataOf(after, later)];
    if (then === undefined || goal === undefined) return [];
    const fields = [fieldsOf(old, then), fieldsOf(later, goal)] as const;
    const columns = match(...fields, (column) => column.name, old.identity === later.identity).pairs.flatMap(([a, b]) => {
      const hash = ownValue(then.columnHashes, a.name);
      return hash === undefined || hash === noValues || hash !== ownValue(goal.columnHashes, b.name) ? [] : [{ hash, names: [b, a] }];
    });
    const byIdentity = (table: Table) => (state: State) => state.catalog.tables.find(({ identity }) => identity === table.identity);
    const byName = (table: Table) => (state: State) => state.catalog.tables.find((other) => relationKey(other) === relationKey(table));
    const names = [byIdentity(later), byIdentity(old), byName(later), byName(old)];
    return [{ rowsBefore: then.rowCount, rowCount: Math.min(then.rowCount, goal.rowCount), names, columns }];
  });
}

function dataOf(state: State, table: Table): TableData | undefined {
  return state.data.find((data) => data.table === relationKey(table));
}

function valuesOf(table: Table, data: TableData, names: KeptTable['columns'][number]['names']): string | undefined {
  const columns = fieldsOf(table, data);
  const found =
    columns.find((column) => names.some(({ identity }) => identity === column.identity)) ??
    columns.find((column) => names.some(({ name }) => name === column.name));
  return found && ownValue(data.columnHashes, found.name);
}
