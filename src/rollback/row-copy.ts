import type { Node, SelectStmt } from '@pgsql/types';
import type { ObjectName } from '../model/operation';
import { relationName } from '../parse/postgres/operations/names';
import { all, as, strings } from '../parse/postgres/operations/nodes';
import { statementTree } from '../parse/postgres/read';

/** A statement that puts rows of one table into another, as it says it: INSERT ... SELECT, or CREATE TABLE ... AS SELECT. */
export interface RowCopy {
  readonly into: ObjectName;
  readonly from: ObjectName;
  /** Columns that INSERT lists; empty: all of the table. */
  readonly listed: readonly string[];
  /** What is read, in order: a column, or all of them. */
  readonly read: readonly (string | '*')[];
  /** CREATE TABLE ... AS: the columns are called and typed as in the query. */
  readonly makesTable: boolean;
  /** The condition in a form that can be compared; absent for all rows. */
  readonly where?: string;
  /** It takes the rows away where it found them: what a DELETE returns is inserted. */
  readonly removes: boolean;
}

/** A DELETE from one table, with its condition in the form of `RowCopy.where`. */
export interface RowRemoval {
  readonly where?: string;
}

/** Reads statements of an engine; undefined for forms in which rows may be left out, joined, or counted. */
export interface RowReader {
  readonly copyIn: (sent: string) => RowCopy | undefined;
  readonly removalIn: (sent: string) => RowRemoval | undefined;
}

export const postgresRows: RowReader = {
  copyIn: (sent) => {
    const tree = statementTree(sent);
    const insert = as(tree, 'InsertStmt');
    const creation = as(tree, 'CreateTableAsStmt');
    const target = insert?.relation ?? creation?.into?.rel;
    const query = as(insert?.selectStmt ?? creation?.query, 'SelectStmt');
    if (target?.relname === undefined || query === undefined || insert?.onConflictClause !== undefined || !isPlain(query)) return undefined;
    const [source, ...others] = all(query.fromClause, 'RangeVar');
    if (source?.relname === undefined || others.length > 0 || query.fromClause?.length !== 1) return undefined;
    const read = columnsRead(query.targetList ?? []);
    const isRenamed = all(query.targetList, 'ResTarget').some(({ name }) => name !== undefined && name !== '');
    if (read === undefined || (creation !== undefined && isRenamed)) return undefined;
    const listed = all(insert?.cols, 'ResTarget').map(({ name }) => name ?? '');
    const copy = { into: relationName(target), listed, read, makesTable: creation !== undefined };
    const moved = all(insert?.withClause?.ctes, 'CommonTableExpr').find(({ ctename }) => ctename === source.relname);
    if (moved === undefined) return { ...copy, from: relationName(source), removes: false, ...conditionOf(query.whereClause) };
    const removed = as(moved.ctequery, 'DeleteStmt');
    const returned = returning(removed);
    if (removed?.relation?.relname === undefined || query.whereClause !== undefined || returned.length !== 1 || !isStar(returned[0]))
      return undefined;
    return { ...copy, from: relationName(removed.relation), removes: true };
  },
  removalIn: (sent) => {
    const removed = as(statementTree(sent), 'DeleteStmt');
    return removed === undefined || removed.usingClause !== undefined ? undefined : conditionOf(removed.whereClause);
  },
};

/** What RETURNING gives: a clause of its own since PostgreSQL 18's parser, a list before. */
function returning(removed: object | undefined): readonly Node[] {
  const { returningClause, returningList } = (removed ?? {}) as {
    readonly returningClause?: { readonly exprs?: readonly Node[] };
    readonly returningList?: readonly Node[];
  };
  return returningClause?.exprs ?? returningList ?? [];
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

/** Undefined when anything but columns is read. */
function columnsRead(targets: readonly Node[]): readonly string[] | undefined {
  const names = targets.map((target) => {
    if (isStar(target)) return '*';
    return strings(as(as(target, 'ResTarget')?.val, 'ColumnRef')?.fields).at(-1);
  });
  return names.includes(undefined) ? undefined : names.flatMap((each) => each ?? []);
}

/** A condition without the places where its parts stand, so that two can be compared. */
function conditionOf(condition: Node | undefined): { readonly where?: string } {
  if (condition === undefined) return {};
  return { where: JSON.stringify(condition, (key, value) => (key === 'location' ? undefined : value)) };
}
