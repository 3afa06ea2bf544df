import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type DownPart, lostData } from './down-part';
import { columnPattern, spoken } from './names';

/**
 * A column that was dropped, and another of its name in its place: what is there now is changed back, and the old values are gone unless the
 * migration copied them over.
 */
export function exchangedColumns(statements: readonly Statement[], before: Catalog, after: Catalog): DownPart[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    if (now === undefined) return [];
    const kept = new Set(now.columns.map(({ identity }) => identity));
    const names = new Set(now.columns.map(({ name }) => name));
    const lost = table.columns.filter(
      ({ identity, name, generated, inherited }) =>
        !kept.has(identity) && names.has(name) && generated === undefined && inherited !== true && !isCopied(statements, table, name),
    );
    return lost.map(({ name }) =>
      lostData(
        `Lost: values of ${spoken(table)}.${name}, which was dropped; another column has its name now. Restore them from a backup taken before the migration.`,
        { table: relationKey(table), columns: [name] },
      ),
    );
  });
}

/** `UPDATE ... SET new = old`, perhaps with a cast: the values are the old ones. */
function isCopied(statements: readonly Statement[], table: Table, column: string): boolean {
  const old = columnPattern(quoteIdentifier(column)).source;
  const copies = new RegExp(String.raw`=\s*(?:[\w"]+\s*\.\s*)?${old}\s*(?:::[\w\s(),."]+)?(?:,|\bwhere\b|\bfrom\b|;|$)`, 'i');
  return statements.some(
    ({ operations, sent }) =>
      operations.some((operation) => operation.kind === 'update' && operation.table.name === table.name) && copies.test(sent),
  );
}
