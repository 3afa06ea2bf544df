import type { CopyStmt, DeleteStmt, InferClause, InsertStmt, MergeStmt, Node, SelectStmt, TruncateStmt, UpdateStmt } from '@pgsql/types';
import type { Operation } from '../../../model/operation';
import { writtenRows } from '../../written-rows';
import type { StatementSource } from '../source';
import { functionsIn, literalText, relationsIn } from './expressions';
import { relationName } from './names';
import { all, as } from './nodes';
import { element, findWord, slice, tokenAt } from './text';

export function insert(_source: StatementSource, statement: InsertStmt): Operation[] {
  const action = statement.onConflictClause?.action;
  return [
    {
      kind: 'insert',
      table: relationName(statement.relation),
      columns: all(statement.cols, 'ResTarget').map((target) => target.name ?? ''),
      ...constants(statement.selectStmt),
      onConflict: action === 'ONCONFLICT_NOTHING' ? 'nothing' : action === 'ONCONFLICT_UPDATE' ? 'update' : 'none',
      ...conflictTarget(statement.onConflictClause?.infer),
    },
  ];
}

function conflictTarget(infer: InferClause | undefined): Pick<Extract<Operation, { kind: 'insert' }>, 'conflictTarget'> {
  if (infer === undefined) return {};
  if (infer.conname !== undefined) return { conflictTarget: { constraint: infer.conname } };
  const elements = all(infer.indexElems, 'IndexElem');
  const columns = elements.flatMap(({ name }) => name ?? []);
  if (columns.length === 0 || columns.length < elements.length) return {};
  return { conflictTarget: { columns, hasPredicate: infer.whereClause !== undefined } };
}

function constants(query: Node | undefined): ReturnType<typeof writtenRows> {
  const lists = as(query, 'SelectStmt')?.valuesLists;
  return lists === undefined ? {} : writtenRows(lists.map((list) => (as(list, 'List')?.items ?? []).map(literalText)));
}

export function update(source: StatementSource, statement: UpdateStmt): Operation[] {
  return [
    {
      kind: 'update',
      table: relationName(statement.relation),
      columns: [...new Set(all(statement.targetList, 'ResTarget').map((target) => target.name ?? ''))],
      ...condition(source, statement),
    },
  ];
}

export function remove(source: StatementSource, statement: DeleteStmt): Operation[] {
  return [{ kind: 'delete', table: relationName(statement.relation), ...condition(source, statement) }];
}

/** The WHERE behind the name of the table, in a WITH too. */
function condition(
  source: StatementSource,
  { relation, whereClause }: UpdateStmt | DeleteStmt,
): { readonly hasWhere: boolean; readonly where?: string } {
  if (whereClause === undefined) return { hasWhere: false };
  const keyword = findWord(source, tokenAt(source, source.offset(relation?.location)), ['where'], true);
  if (keyword === undefined) return { hasWhere: true };
  return { hasWhere: true, where: slice(source, element(source, keyword + 1, [], ['returning'])) };
}

export function merge(_source: StatementSource, statement: MergeStmt): Operation[] {
  return [{ kind: 'merge', table: relationName(statement.relation) }];
}

/** COPY ... FROM writes rows; COPY ... TO reads them. */
export function copy(_source: StatementSource, statement: CopyStmt): Operation[] {
  if (statement.is_from) return [{ kind: 'copy', table: relationName(statement.relation) }];
  const tables = statement.relation === undefined ? relationsIn(statement.query) : [relationName(statement.relation)];
  return [{ kind: 'select', tables, functions: functionsIn(statement.query) }];
}

export function truncate(_source: StatementSource, statement: TruncateStmt): Operation[] {
  return [
    {
      kind: 'truncate',
      tables: all(statement.relations, 'RangeVar').map(relationName),
      cascade: statement.behavior === 'DROP_CASCADE',
      restartIdentity: statement.restart_seqs === true,
    },
  ];
}

export function select(source: StatementSource, statement: SelectStmt): Operation[] {
  const into = statement.intoClause?.rel;
  if (into !== undefined) {
    const persistence = into.relpersistence === 'u' ? 'unlogged' : into.relpersistence === 't' ? 'temporary' : 'permanent';
    return [
      { kind: 'create table', table: relationName(into), columns: [], constraints: [], ifNotExists: false, persistence, asQuery: true },
    ];
  }
  return [
    ...writesIn(source, statement.withClause?.ctes),
    { kind: 'select', tables: relationsIn(statement), functions: functionsIn(statement) },
  ];
}

/** INSERT, UPDATE and DELETE in a WITH write as they do alone. */
export function writesIn(source: StatementSource, expressions: readonly Node[] | undefined): Operation[] {
  return all(expressions, 'CommonTableExpr').flatMap(({ ctequery }): Operation[] => {
    const insertion = as(ctequery, 'InsertStmt');
    if (insertion !== undefined) {
      return [{ kind: 'insert', table: relationName(insertion.relation), columns: [], onConflict: 'none' }];
    }
    const change = as(ctequery, 'UpdateStmt');
    if (change !== undefined) {
      const columns = all(change.targetList, 'ResTarget').map((target) => target.name ?? '');
      return [{ kind: 'update', table: relationName(change.relation), columns, ...condition(source, change) }];
    }
    const deletion = as(ctequery, 'DeleteStmt');
    return deletion === undefined ? [] : [{ kind: 'delete', table: relationName(deletion.relation), ...condition(source, deletion) }];
  });
}
