import { type Catalog, type Column, relationKey, type Table } from '../../model/catalog';
import { type Engine, isMysqlFamily } from '../../model/engine';
import type { Statement } from '../../model/migration';
import { replay } from '../virtual-schema';

/**
 * A catalog that was read from a server, with the identities that its objects had before these statements. MySQL has no numbers of tables and
 * columns that survive a rename, so a live catalog knows them by name; which of them is which, the statements tell, replayed from before.
 * Catalogs of other engines are given back as they are.
 */
export function followedNames(captured: Catalog, before: Catalog, done: readonly Statement[], engine: Engine): Catalog {
  if (!isMysqlFamily(engine)) return captured;
  const replayed = new Map(replay(before, done, engine).tables.map((table) => [relationKey(table), table]));
  return { ...captured, tables: captured.tables.map((table) => followed(table, replayed.get(relationKey(table)))) };
}

function followed(table: Table, known: Table | undefined): Table {
  // What nobody has made by a statement that was read is new, whatever had its name before.
  if (known === undefined) return { ...table, identity: `${table.identity} (not by a statement)` };
  const columns = new Map(known.columns.map((column) => [column.name.toLowerCase(), column.identity]));
  return {
    ...table,
    identity: known.identity,
    columns: table.columns.map((column): Column => ({ ...column, identity: columns.get(column.name.toLowerCase()) ?? column.identity })),
  };
}
