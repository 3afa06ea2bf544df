import type { Node, SelectStmt } from '@pgsql/types';
import type { Catalog, Column, Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { all, as, strings } from '../parse/postgres/operations/nodes';
import { statementTree } from '../parse/postgres/read';
import { sqlName } from './names';
import { isNamed, writtenTables } from './rows';

/** Rows that a statement takes from a table and puts into one that the migration made. */
interface Copied {
  readonly into: Table;
  /** Column of the old table to column of the new one. */
  readonly columns: ReadonlyMap<string, string>;
  /** The condition, without its places in the text; `undefined` for all rows. */
  readonly where: string | undefined;
}

/**
 * The statement that brings rows back which a DELETE took away, from a table that the migration made and filled with just these rows before: an
 * archive. The rollback drops that table afterwards. Undefined where anything is not sure: another condition, a column left out, other rows in it.
 *
 * @param table as it is before the migration; `now` as it is when all of it is done.
 */
export function movedBack(
  deletion: Statement,
  statements: readonly Statement[],
  table: Table,
  now: Table | undefined,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
): string | undefined {
  if (now === undefined || table.complete === false || !holdsAll(table, now)) return undefined;
  const place = statements.indexOf(deletion);
  const tree = statementTree(deletion.sent);
  const removed = as(tree, 'DeleteStmt');
  if (removed === undefined && as(tree, 'InsertStmt') === undefined) return undefined;
  if (removed?.usingClause !== undefined) return undefined;
  const made = after.tables.filter(({ identity }) => !before.tables.some((other) => other.identity === identity));
  for (const at of removed === undefined ? [place] : places(place)) {
    const statement = statements[at];
    const copied = statement === undefined ? undefined : copiedRows(statement, table, made);
    if (statement === undefined || copied === undefined) continue;
    const isSame = removed === undefined || copied.where === conditionText(removed.whereClause);
    const others = statements.filter((other, index) => index !== at && index !== place && writes(other, copied.into));
    const between = statements.slice(at + 1, place).some((other) => writes(other, table));
    return isSame && others.length === 0 && !between ? insertion(now, copied) : undefined;
  }
  return undefined;
}

/** Back from the deletion to the first statement. */
const places = (deletion: number) => Array.from({ length: deletion }, (_, index) => deletion - 1 - index);

const kept = ({ columns }: Table) => columns.filter(({ generated }) => generated === undefined);

/** Are the columns still what they were, so that the rows fit? */
function holdsAll(table: Table, now: Table): boolean {
  return (
    kept(now).length === kept(table).length &&
    kept(table).every((column) => now.columns.some(({ name, type }) => name === column.name && type === column.type))
  );
}

function writes(statement: Statement, table: Table): boolean {
  return statement.operations.some((operation) => writtenTables(operation).some((name) => isNamed(name, table)));
}

function insertion(now: Table, { into, columns }: Copied): string {
  const names = kept(now).map(({ name }) => name);
  const overriding = now.columns.some(({ identityKind }) => identityKind === 'always') ? ' OVERRIDING SYSTEM VALUE' : '';
  const from = names.map((name) => quoteIdentifier(columns.get(name) ?? name)).join(', ');
  return `INSERT INTO ${sqlName(now)} (${names.map(quoteIdentifier).join(', ')})${overriding} SELECT ${from} FROM ${sqlName(into)}`;
}

/** INSERT ... SELECT, CREATE TABLE ... AS SELECT, or a DELETE whose RETURNING an INSERT takes, where every column goes along. */
function copiedRows({ sent }: Statement, table: Table, made: readonly Table[]): Copied | undefined {
  const tree = statementTree(sent);
  const insert = as(tree, 'InsertStmt');
  const creation = as(tree, 'CreateTableAsStmt');
  const target = insert?.relation ?? creation?.into?.rel;
  const into = made.find((each) => target?.relname !== undefined && isNamed(nameOf(target), each));
  const query = as(insert?.selectStmt ?? creation?.query, 'SelectStmt');
  if (into === undefined || query === undefined || insert?.onConflictClause !== undefined || !isPlain(query)) return undefined;
  const [source, ...others] = all(query.fromClause, 'RangeVar');
  if (source?.relname === undefined || others.length > 0 || query.fromClause?.length !== 1) return undefined;
  const read = chosen(query.targetList ?? [], table);
  const listed =
    insert?.cols === undefined ? into.columns.map(({ name }) => name) : all(insert.cols, 'ResTarget').map(({ name }) => name ?? '');
  const columns = read === undefined ? undefined : insert === undefined ? alike(read, query, table) : pairs(read, listed, table, into);
  if (columns === undefined) return undefined;
  const moved = all(insert?.withClause?.ctes, 'CommonTableExpr').find(({ ctename }) => ctename === source.relname);
  if (moved === undefined) return isNamed(nameOf(source), table) ? { into, columns, where: conditionText(query.whereClause) } : undefined;
  const removed = as(moved.ctequery, 'DeleteStmt');
  const isWhole = removed?.relation?.relname !== undefined && isNamed(nameOf(removed.relation), table) && query.whereClause === undefined;
  const returned = isWhole ? returning(removed) : [];
  return returned.length === 1 && isStar(returned[0]) ? { into, columns, where: undefined } : undefined;
}

/** What RETURNING gives: a clause of its own since PostgreSQL 18's parser, a list before. */
function returning(removed: object | undefined): readonly Node[] {
  const { returningClause, returningList } = (removed ?? {}) as {
    readonly returningClause?: { readonly exprs?: readonly Node[] };
    readonly returningList?: readonly Node[];
  };
  return returningClause?.exprs ?? returningList ?? [];
}

function nameOf({ schemaname, relname }: { readonly schemaname?: string; readonly relname?: string }) {
  return { name: relname ?? '', ...(schemaname !== undefined && schemaname !== '' && { schema: schemaname }) };
}

function isPlain(query: SelectStmt): boolean {
  const { distinctClause, groupClause, havingClause, limitCount, limitOffset, withClause, op, valuesLists } = query;
  const none = [distinctClause, groupClause, havingClause, limitCount, limitOffset, withClause, valuesLists];
  return none.every((part) => part === undefined) && (op === undefined || op === 'SETOP_NONE');
}

function isStar(target: Node | undefined): boolean {
  const [field, ...others] = as(as(target, 'ResTarget')?.val, 'ColumnRef')?.fields ?? [];
  return others.length === 0 && as(field, 'A_Star') !== undefined;
}

/** The columns of the table that are read, in order; undefined when anything else is read. */
function chosen(targets: readonly Node[], table: Table): readonly string[] | undefined {
  const names = targets.map((target) => {
    if (isStar(target)) return table.columns.map(({ name }) => name);
    const fields = as(as(target, 'ResTarget')?.val, 'ColumnRef')?.fields;
    const [name] = strings(fields).slice(-1);
    return name === undefined ? undefined : [name];
  });
  return names.some((each) => each === undefined) ? undefined : names.flatMap((each) => each ?? []);
}

/** Every column of the old table that is not computed, with one of the same type in the new table. */
function pairs(read: readonly string[], written: readonly string[], table: Table, into: Table): ReadonlyMap<string, string> | undefined {
  const found = new Map(read.flatMap((name, place) => (written[place] === undefined ? [] : [[name, written[place]] as const])));
  const fits = ({ name, type }: Column) => into.columns.some((other) => other.name === found.get(name) && other.type === type);
  return kept(table).every(fits) ? found : undefined;
}

/** CREATE TABLE AS gives columns the names and types that they have in the query; under another name they are not looked for. */
function alike(read: readonly string[], query: SelectStmt, table: Table): ReadonlyMap<string, string> | undefined {
  const isRenamed = all(query.targetList, 'ResTarget').some(({ name }) => name !== undefined && name !== '');
  return isRenamed || !kept(table).every(({ name }) => read.includes(name)) ? undefined : new Map(read.map((name) => [name, name]));
}

/** A condition without the places where its parts stand, so that two can be compared. */
function conditionText(condition: Node | undefined): string | undefined {
  return condition === undefined ? undefined : JSON.stringify(condition, (key, value) => (key === 'location' ? undefined : value));
}
