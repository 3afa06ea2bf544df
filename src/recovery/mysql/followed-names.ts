import { type Catalog, type Column, relationKey, type Table } from '../../model/catalog';
import { isMysqlFamily } from '../../model/engine';
import { replay } from '../../schema/virtual-schema';
import type { RecoverySituation } from '../situation';

/**
 * MySQL has no numbers of tables and columns that survive a rename, so a live catalog knows them by name. Which of them is which, the
 * statements tell: replayed from before, they give every object of the partial state and of the one after the identity that it had.
 */
export function withFollowedNames(situation: RecoverySituation): RecoverySituation {
  const { migration, plan, before, partial, after, completed } = situation;
  if (!isMysqlFamily(plan.engine)) return situation;
  const { statements } = migration.up;
  const done = replay(before.catalog, statements.slice(0, completed), plan.engine);
  const all = after === undefined ? undefined : replay(before.catalog, statements, plan.engine);
  return {
    ...situation,
    partial: { ...partial, catalog: followed(partial.catalog, done) },
    ...(after !== undefined && all !== undefined && { after: { ...after, catalog: followed(after.catalog, all) } }),
  };
}

/** The catalog with the identities of another one, where that has an object of the same name. */
function followed(catalog: Catalog, replayed: Catalog): Catalog {
  const tables = new Map(replayed.tables.map((table) => [relationKey(table), table]));
  return {
    ...catalog,
    tables: catalog.tables.map((table): Table => {
      const known = tables.get(relationKey(table));
      // What nobody has made by a statement that was read is new, whatever had its name before.
      if (known === undefined) return { ...table, identity: `${table.identity} (not by a statement)` };
      const columns = new Map(known.columns.map((column) => [column.name.toLowerCase(), column.identity]));
      return {
        ...table,
        identity: known.identity,
        columns: table.columns.map(
          (column): Column => ({ ...column, identity: columns.get(column.name.toLowerCase()) ?? column.identity }),
        ),
      };
    }),
  };
}
