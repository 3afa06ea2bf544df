import type { Catalog, Column, Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { SqlWords } from './dialect';
import type { RowCopy, RowReader } from './row-copy';
import { columnNamed, isNamed, storedColumns, unlistedColumns, writtenTables } from './rows';

/** Rows of a table that lie in one of the migration's own as well. */
interface Copied {
  readonly into: Table;
  /** Column of the old table to column of the new one. */
  readonly columns: ReadonlyMap<string, string>;
  readonly where: string | undefined;
}

/** How statements are read and written. */
export interface RowLanguage {
  readonly reader: RowReader;
  readonly words: SqlWords;
}

/** Rows on their way back. */
export interface RowsBack {
  readonly text: string;
  /** Set where the table has other columns by now, so that they fit only when these are back. */
  readonly takenFrom?: Table;
}

/**
 * What brings rows back which a DELETE or TRUNCATE took away, from a table that the migration made and filled with just these
 * rows before: an archive. The rollback drops that table afterwards. Undefined where anything is not sure: another condition, a column left
 * out, other rows in it.
 *
 * @param removal an operation of the statement.
 * @param table as it is before the migration; `now` as it is when all of it is done.
 */
export function movedBack(
  removal: { readonly statement: Statement; readonly operation: Operation },
  statements: readonly Statement[],
  table: Table,
  now: Table | undefined,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
  { reader, words }: RowLanguage,
): RowsBack | undefined {
  if (now === undefined || table.complete === false) return undefined;
  const place = statements.indexOf(removal.statement);
  const made = after.tables.filter(({ identity }) => !before.tables.some((other) => other.identity === identity));
  const copyAt = (at: number): Copied | undefined => {
    const copy = reader.copyIn(statements[at]?.sent ?? '');
    return copy === undefined || copy.removes !== (at === place) ? undefined : copied(copy, table, made);
  };
  const isOneStep = reader.copyIn(removal.statement.sent)?.removes === true;
  const taken = isOneStep ? {} : removedBy(removal, reader);
  if (taken === undefined) return undefined;
  for (const at of isOneStep ? [place] : backFrom(place)) {
    const copy = copyAt(at);
    if (copy === undefined) continue;
    const others = statements.filter((other, index) => index !== at && index !== place && writes(other, copy.into));
    const between = statements.slice(at + 1, place).some((other) => writes(other, table));
    if (copy.where !== taken.where || others.length > 0 || between) return undefined;
    return holdsAll(table, now) ? { text: insertion(now, copy, words) } : { text: insertion(table, copy, words), takenFrom: copy.into };
  }
  return undefined;
}

/** Which rows go: all of them, those of a condition, or it is not sure. */
function removedBy({ statement, operation }: { readonly statement: Statement; readonly operation: Operation }, reader: RowReader) {
  return operation.kind === 'truncate' ? {} : reader.removalIn(statement.sent);
}

/** Back from the removal to the first statement. */
const backFrom = (removal: number) => Array.from({ length: removal }, (_, index) => removal - 1 - index);

/** Are the columns still what they were, so that the rows fit? */
function holdsAll(table: Table, now: Table): boolean {
  return (
    storedColumns(now).length === storedColumns(table).length &&
    storedColumns(table).every((column) => now.columns.some(({ name, type }) => name === column.name && type === column.type))
  );
}

function writes(statement: Statement, table: Table): boolean {
  return statement.operations.some((operation) => writtenTables(operation).some((name) => isNamed(name, table)));
}

function insertion(table: Table, { into, columns }: Copied, words: SqlWords): string {
  const names = storedColumns(table).map(({ name }) => name);
  const overriding = table.columns.some(({ identityKind }) => identityKind === 'always') ? ' OVERRIDING SYSTEM VALUE' : '';
  const from = names.map((name) => words.quoteIdentifier(columns.get(name) ?? name)).join(', ');
  return `INSERT INTO ${words.sqlName(table)} (${names.map(words.quoteIdentifier).join(', ')})${overriding} SELECT ${from} FROM ${words.sqlName(into)}`;
}

/** Undefined where not every column goes along. */
function copied(copy: RowCopy, table: Table, made: readonly Table[]): Copied | undefined {
  const into = made.find((each) => isNamed(copy.into, each));
  if (into === undefined || !isNamed(copy.from, table)) return undefined;
  const read = copy.read.flatMap((name) => (name === '*' ? unlistedColumns(table) : [columnNamed(name, table)]));
  const listed = copy.listed.length === 0 ? unlistedColumns(into) : copy.listed.map((name) => columnNamed(name, into));
  const columns = copy.makesTable ? alike(read, table) : pairs(read, listed, table, into);
  return columns && { into, columns, where: copy.where };
}

/** Every column of the old table that is not computed, with one of the same type in the new table. */
function pairs(read: readonly string[], written: readonly string[], table: Table, into: Table): ReadonlyMap<string, string> | undefined {
  const found = new Map(read.flatMap((name, place) => (written[place] === undefined ? [] : [[name, written[place]] as const])));
  const fits = ({ name, type }: Column) => into.columns.some((other) => other.name === found.get(name) && other.type === type);
  return storedColumns(table).every(fits) ? found : undefined;
}

/** CREATE TABLE AS gives columns the names and types that they have in the query. */
function alike(read: readonly string[], table: Table): ReadonlyMap<string, string> | undefined {
  return storedColumns(table).every(({ name }) => read.includes(name)) ? new Map(read.map((name) => [name, name])) : undefined;
}
