import type { Catalog, Column, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import { leavesNoneOut } from '../../schema/copied-values';
import { copyingAssignments } from '../../schema/mysql/assignments';
import { type ExchangedColumns, exchangedBy } from '../exchanged-columns';

/**
 * The same as for PostgreSQL: values that were not copied are others, which MODIFY would convert or refuse.
 * @param steps the schema before each of the statements.
 */
export function exchangedMysqlColumns(
  statements: readonly Statement[],
  steps: readonly Catalog[],
  before: Catalog,
  after: Catalog,
  engine: Engine,
): ExchangedColumns {
  return exchangedBy(
    before,
    after,
    (name) => name.toLowerCase(),
    (table, column, other) =>
      statements.some((statement, place) => {
        const then = steps[place]?.tables.find(({ identity }) => identity === table.identity);
        const copy = then?.columns.find(({ identity }) => identity === other.identity);
        return then !== undefined && copy !== undefined && copies(statement, then, column, copy, engine);
      }),
  );
}

/** Names of columns are the same in any case (manual, "Identifier Case Sensitivity"). */
function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** `UPDATE ... SET copy = old` for all rows: what the new type could not hold, the server refused. */
function copies({ operations, sent }: Statement, table: Table, { name }: Column, copy: Column, engine: Engine): boolean {
  const write = operations.find((operation) => operation.kind === 'update' && operation.table.name === table.name);
  // IGNORE takes what comes nearest, and a LIMIT leaves rows out.
  if (write?.kind !== 'update' || write.ignore === true || /\blimit\b/i.test(sent)) return false;
  if (!copyingAssignments(sent, engine).some(({ column, value }) => isSame(column, copy.name) && isSame(value, name))) return false;
  return leavesNoneOut(write.where?.replaceAll('`', '').toLowerCase(), name.toLowerCase(), copy.name.toLowerCase());
}
