import { type Catalog, type Column, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { holdsValueOf, leavesNoneOut } from '../schema/copied-values';
import { readSimpleWrite } from '../schema/simple-write';
import { columnIdentity } from './change';
import { type DownPart, lostData } from './down-part';
import { spoken } from './names';

/** Columns that were dropped, each with another of its name in its place. */
export interface ExchangedColumns {
  readonly parts: readonly DownPart[];
  /** Those that are added again, for whose sake the new one goes; by `columnIdentity`. Of the others the new one is changed back. */
  readonly apart: ReadonlySet<string>;
}

/**
 * A column that was dropped, and another of its name in its place. Where the migration copied the values over, or the new one is of the same
 * type, it is changed back; else its values are others, which no cast need accept, and it goes.
 */
export function exchangedColumns(statements: readonly Statement[], before: Catalog, after: Catalog): ExchangedColumns {
  return exchangedBy(
    before,
    after,
    (name) => name,
    (table, column, other) => isCopied(statements, table, column, other.type),
  );
}

/**
 * The same for any engine.
 * @param nameKey equal for names that the server takes for one.
 * @param isCopiedTo whether the migration copied the values of a column of `before` to the one that has its name now.
 */
export function exchangedBy(
  before: Catalog,
  after: Catalog,
  nameKey: (name: string) => string,
  isCopiedTo: (table: Table, column: Column, other: Column) => boolean,
): ExchangedColumns {
  const parts: DownPart[] = [];
  const apart = new Set<string>();
  for (const table of before.tables) {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    if (now === undefined) continue;
    const kept = new Set(now.columns.map(({ identity }) => identity));
    const columnsNow = new Map(now.columns.map((column) => [nameKey(column.name), column]));
    for (const column of table.columns) {
      const other = columnsNow.get(nameKey(column.name));
      if (other === undefined || kept.has(column.identity) || column.generated !== undefined || column.inherited === true) continue;
      if (isCopiedTo(table, column, other)) continue;
      if (other.type !== column.type) {
        apart.add(columnIdentity(table, column));
        continue;
      }
      const text = `Lost: values of ${spoken(table)}.${column.name}, which was dropped; another column has its name now. Restore them from a backup taken before the migration.`;
      parts.push(lostData(text, { table: relationKey(table), columns: [column.name] }));
    }
  }
  return { parts, apart };
}

/** `UPDATE ... SET new = old`, perhaps with a cast, for all rows: the values are the old ones. */
function isCopied(statements: readonly Statement[], table: Table, { name, type }: Column, target: string | undefined): boolean {
  return statements.some(({ operations, sent }) => {
    const write = operations.find((operation) => operation.kind === 'update' && operation.table.name === table.name);
    if (write?.kind !== 'update') return false;
    const copy = readSimpleWrite(sent)?.assignments.find(
      (assignment) => assignment.column !== name && holdsValueOf(assignment.expression, { name, type }, target),
    );
    return copy !== undefined && leavesNoneOut(write.where, name, copy.column);
  });
}
