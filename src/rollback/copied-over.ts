import type { Catalog, Column, Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { RowCopy, RowReader } from './row-copy';
import { columnNamed, isNamed, storedColumns, unlistedColumns, writtenTables } from './rows';

/**
 * Whether all rows of a table were copied to another, which has its name now: the table is made anew, filled from the old one, and the two
 * change names. Values lie in columns of the same names, nothing changed them since, and nothing came into the old table behind the copy.
 *
 * @param steps the schema before each of the statements.
 * @param keeps whether the type of a column of the new table holds each value of that of the old one as it was.
 */
export function copiedOver(
  statements: readonly Statement[],
  steps: readonly Catalog[],
  reader: RowReader,
  keeps: (from: Column, to: Column) => boolean,
): (now: Table, old: Table) => boolean {
  return (now, old) =>
    statements.some((statement, place) => {
      const copy = reader.copyIn(statement.sent);
      if (copy === undefined || copy.where !== undefined || copy.removes || copy.makesTable) return false;
      const then = steps[place]?.tables ?? [];
      const [from, into] = [then.find((table) => isNamed(copy.from, table)), then.find((table) => isNamed(copy.into, table))];
      if (from?.identity !== old.identity || into?.identity !== now.identity) return false;
      const others = statements.some(
        (other, at) => at !== place && (writes(other, steps[at], now) || (at > place && writes(other, steps[at], old))),
      );
      return !others && takesAll(copy, from, into) && holdsAll(old, now, keeps);
    });
}

function writes({ operations }: Statement, then: Catalog | undefined, { identity }: Table): boolean {
  return operations.some((operation) =>
    writtenTables(operation).some((name) => then?.tables.find((table) => isNamed(name, table))?.identity === identity),
  );
}

/** Does each column of the old table go into the one of its name? */
function takesAll({ read, listed }: RowCopy, from: Table, into: Table): boolean {
  const names = read.flatMap((name) => (name === '*' ? unlistedColumns(from) : [columnNamed(name, from)]));
  const targets = listed.length === 0 ? unlistedColumns(into) : listed.map((name) => columnNamed(name, into));
  return storedColumns(from).every(({ name }) =>
    names.some((other, place) => other === name && targets[place] === columnNamed(name, into)),
  );
}

function holdsAll(old: Table, now: Table, keeps: (from: Column, to: Column) => boolean): boolean {
  return storedColumns(old).every((column) =>
    now.columns.some((other) => other.name === columnNamed(column.name, now) && keeps(column, other)),
  );
}
