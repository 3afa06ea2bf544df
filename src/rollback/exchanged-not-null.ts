import type { Catalog, Table } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { makeObjectName } from '../schema/server-names';
import { replaySteps } from '../schema/virtual-schema';
import { columnIdentity } from './change';
import { type DownPart, statement } from './down-part';
import { sqlName } from './names';
import { isNamed as isTableNamed } from './rows';

/** From this version on NOT NULL is a constraint with a name (release notes of 18). */
const firstWithNames = 18;

/**
 * NOT NULL of a column that took the place of another one: its constraint goes by the name that the column had when it was said, and
 * another one of that name could be made later.
 * @param apart columns that are added again, with a constraint of their own name; by `columnIdentity`.
 */
export function exchangedNotNull(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  major: number,
  apart: ReadonlySet<string>,
): DownPart[] {
  if (major < firstWithNames) return [];
  return before.tables.flatMap((table) => {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    // Under another name of the table more than this differs.
    if (now === undefined || now.name !== table.name || now.schema !== table.schema) return [];
    const names = namesGiven(statements, table);
    return table.columns.flatMap(({ name, identity, notNull, inherited }) => {
      const column = now.columns.find((candidate) => candidate.name === name);
      const given = names.get(name);
      // What is renamed back takes its constraint along.
      const isRenamed =
        now.columns.some((other) => other.identity === identity) || table.columns.some((other) => other.identity === column?.identity);
      const isChangedBack = !apart.has(columnIdentity(table, { identity }));
      const isExchanged = column !== undefined && !isRenamed && isChangedBack && notNull && column.notNull && inherited !== true;
      if (!isExchanged || given === undefined || isNamed(table, name) || isNamed(now, name)) return [];
      const wanted = constraintName(table, name);
      if (given === wanted) return [];
      return [statement(`ALTER TABLE ${sqlName(now)} RENAME CONSTRAINT ${quoteIdentifier(given)} TO ${quoteIdentifier(wanted)}`)];
    });
  });
}

/**
 * A NOT NULL constraint that the migration calls otherwise. Its name is the server's, which the virtual schema does not keep, but the
 * statement says it.
 */
export function renamedNotNull(statements: readonly Statement[], before: Catalog, after: Catalog, engine: Engine): DownPart[] {
  if (engine.major < firstWithNames || !statements.some(({ operations }) => operations.some(({ kind }) => kind === 'rename constraint')))
    return [];
  const steps = replaySteps(before, statements, engine);
  const given = new Set<string>();
  const parts = statements.flatMap(({ operations }, place) =>
    operations.flatMap((operation): DownPart[] => {
      if (operation.kind !== 'rename constraint') return [];
      const { constraint: old, newName } = operation;
      const then = steps[place]?.tables.find((table) => isTableNamed(operation.table, table));
      const table = before.tables.find(({ identity }) => identity === then?.identity);
      const now = after.tables.find(({ identity }) => identity === then?.identity);
      if (then === undefined || table === undefined || now === undefined) return [];
      const isKnown = then.constraints.some(({ name }) => name === old);
      if (isKnown || !(/_not_null\d*$/.test(old) || given.has(old))) return [];
      // Of a column that goes it goes too.
      const column = then.columns.find(({ name }) => old.endsWith(`_${name}_not_null`));
      if (column !== undefined && !now.columns.some(({ identity, notNull }) => identity === column.identity && notNull)) return [];
      given.add(newName);
      return [statement(`ALTER TABLE ${sqlName(table)} RENAME CONSTRAINT ${quoteIdentifier(newName)} TO ${quoteIdentifier(old)}`)];
    }),
  );
  return parts.reverse();
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
