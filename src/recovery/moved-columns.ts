import type { Catalog, Column, Table } from '../model/catalog';
import { match } from '../state/match';
import { evidenceOf, type TableEvidence } from './evidence';
import type { RecoverySituation } from './situation';

/**
 * The partial state as it looks when a new column that holds all values of a dropped one is taken for that one, renamed: the way back then
 * renames it, and no value is lost. That a column was copied, and the old one dropped, is how many migrations change a type.
 */
export function withMovedColumns(situation: RecoverySituation): RecoverySituation {
  const moved = evidenceOf(situation).flatMap((evidence) => movedColumns(evidence).map((column) => ({ table: evidence.table, ...column })));
  if (moved.length === 0) return situation;
  const { partial } = situation;
  const catalog: Catalog = {
    ...partial.catalog,
    tables: partial.catalog.tables.map((table) =>
      withIdentities(
        table,
        moved.filter((entry) => entry.table === table),
      ),
    ),
  };
  return { ...situation, partial: { ...partial, catalog } };
}

interface MovedColumn {
  readonly from: Column;
  readonly to: Column;
}

function withIdentities(table: Table, moved: readonly MovedColumn[]): Table {
  if (moved.length === 0) return table;
  const identityOf = new Map(moved.map(({ from, to }) => [to, from.identity]));
  return { ...table, columns: table.columns.map((column) => ({ ...column, identity: identityOf.get(column) ?? column.identity })) };
}

function movedColumns(evidence: TableEvidence): MovedColumn[] {
  const { original, table } = evidence;
  if (original.identity !== table.identity || evidence.removed.length > 0) return [];
  const { removed, added } = match(original.columns, table.columns, (column) => column.name);
  const candidates = added.filter((column) => column.generated === undefined);
  return removed
    .filter((column) => column.generated === undefined)
    .flatMap((from) => {
      const to = candidates.find((column) => holdsAll(evidence.valuesBefore(from.name), evidence.valuesNow(column.name)));
      return to === undefined ? [] : [{ from, to }];
    });
}

/** At least one value that is not NULL: nothing says that two empty columns are the same. */
function holdsAll(before: ReadonlyMap<string, string | null>, now: ReadonlyMap<string, string | null>): boolean {
  return [...before.values()].some((value) => value !== null) && [...before].every(([key, value]) => now.get(key) === value);
}
