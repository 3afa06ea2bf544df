import { type Catalog, type Column, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { holdsValueOf, leavesNoneOut } from '../schema/copied-values';
import { readSimpleWrite } from '../schema/simple-write';
import { type DownPart, lostData } from './down-part';
import { spoken } from './names';

/**
 * A column that was dropped, and another of its name in its place: what is there now is changed back, and the old values are gone unless the
 * migration copied them over.
 */
export function exchangedColumns(statements: readonly Statement[], before: Catalog, after: Catalog): DownPart[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    if (now === undefined) return [];
    const kept = new Set(now.columns.map(({ identity }) => identity));
    const typeNow = new Map(now.columns.map(({ name, type }) => [name, type]));
    const lost = table.columns.filter(
      (column) =>
        !kept.has(column.identity) &&
        typeNow.has(column.name) &&
        column.generated === undefined &&
        column.inherited !== true &&
        !isCopied(statements, table, column, typeNow.get(column.name)),
    );
    return lost.map(({ name }) =>
      lostData(
        `Lost: values of ${spoken(table)}.${name}, which was dropped; another column has its name now. Restore them from a backup taken before the migration.`,
        { table: relationKey(table), columns: [name] },
      ),
    );
  });
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
