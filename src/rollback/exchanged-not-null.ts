import type { Catalog, Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { makeObjectName } from '../schema/server-names';
import { type DownPart, statement } from './down-part';
import { sqlName } from './names';

/** From this version on NOT NULL is a constraint with a name (release notes of 18). */
const firstWithNames = 18;

/**
 * NOT NULL of a column that took the place of another one: its constraint goes by the name that the column had when it was said, and
 * another one of that name could be made later.
 */
export function exchangedNotNull(statements: readonly Statement[], before: Catalog, after: Catalog, major: number): DownPart[] {
  if (major < firstWithNames) return [];
  return before.tables.flatMap((table) => {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    // Under another name of the table more than this differs.
    if (now === undefined || now.name !== table.name || now.schema !== table.schema) return [];
    const names = namesGiven(statements, table);
    return table.columns.flatMap(({ name, identity, notNull, inherited }) => {
      const column = now.columns.find((candidate) => candidate.name === name);
      const given = names.get(name);
      const isExchanged = column !== undefined && column.identity !== identity && notNull && column.notNull && inherited !== true;
      if (!isExchanged || given === undefined || isNamed(table, name) || isNamed(now, name)) return [];
      const wanted = constraintName(table, name);
      if (given === wanted) return [];
      return [statement(`ALTER TABLE ${sqlName(now)} RENAME CONSTRAINT ${quoteIdentifier(given)} TO ${quoteIdentifier(wanted)}`)];
    });
  });
}

/** The name of the NOT NULL constraint that the migration made for each column, by the name that the column has in the end. */
function namesGiven(statements: readonly Statement[], table: Table): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const operation of statements.flatMap(({ operations }) => operations)) {
    if (!('table' in operation) || operation.table?.name !== table.name) continue;
    if (operation.kind === 'add column' && operation.column.notNull)
      names.set(operation.column.name, constraintName(table, operation.column.name));
    else if (operation.kind === 'set not null' && !names.has(operation.column))
      names.set(operation.column, constraintName(table, operation.column));
    else if (operation.kind === 'drop not null' || operation.kind === 'drop column') names.delete(operation.column);
    else if (operation.kind === 'rename column') {
      const name = names.get(operation.column);
      names.delete(operation.column);
      if (name !== undefined) names.set(operation.newName, name);
    }
  }
  return names;
}

function constraintName(table: Table, column: string): string {
  return makeObjectName(table.name, column, 'not_null');
}

/** Such a constraint is compared as the others are. */
function isNamed(table: Table, column: string): boolean {
  return table.constraints.some(({ kind, columns }) => kind === 'not null' && columns[0] === column);
}
