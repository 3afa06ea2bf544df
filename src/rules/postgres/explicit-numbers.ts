import type { Node } from '@pgsql/types';
import { all, as, strings, walk } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';

/**
 * Does an INSERT bring values along for the column in this place of its list, rather than leave it to the sequence? Not so: DEFAULT, a
 * call of nextval(), also in a query below, negative numbers, OVERRIDING USER VALUE, which the server ignores the values under, and numbers
 * below the `first` of the sequence.
 */
export function bringsValues(sent: string, position: number, first: number): boolean {
  const statement = as(statementTree(sent), 'InsertStmt');
  if (statement === undefined || statement.override === 'OVERRIDING_USER_VALUE') return false;
  return queryBrings(statement.selectStmt, position, first, statement.withClause);
}

/** The columns that COPY ... FROM names; none where it brings all of them. */
export function copiedColumns(sent: string): readonly string[] {
  return strings(as(statementTree(sent), 'CopyStmt')?.attlist);
}

function queryBrings(query: Node | undefined, position: number, first: number, queries: unknown): boolean {
  const select = as(query, 'SelectStmt');
  if (select === undefined) return false;
  // Of a UNION the first part decides.
  if (select.larg !== undefined) return queryBrings({ SelectStmt: select.larg }, position, first, queries);
  if (select.valuesLists !== undefined) {
    return all(select.valuesLists, 'List').some(({ items }) => isOwnValue(items?.[position], first));
  }
  const targets = all(select.targetList, 'ResTarget').map(({ val }) => val);
  const isFromBelow = targets.slice(0, position + 1).some(isStar) || as(targets[position], 'ColumnRef') !== undefined;
  return isFromBelow ? ![select.fromClause, select.withClause, queries].some(drawsNumbers) : isOwnValue(targets[position], first);
}

function isStar(value: Node | undefined): boolean {
  return as(value, 'ColumnRef')?.fields?.some((field) => as(field, 'A_Star') !== undefined) === true;
}

function isOwnValue(value: Node | undefined, first: number): boolean {
  const number = as(value, 'A_Const')?.ival;
  // The parser leaves out what is 0.
  if (number !== undefined && (number.ival ?? 0) < first) return false;
  if (value === undefined || as(value, 'SetToDefault') !== undefined || as(value, 'A_Const')?.isnull === true) return false;
  const operation = as(value, 'A_Expr');
  const isNegative = operation?.lexpr === undefined && strings(operation?.name).join() === '-';
  return !isNegative && !drawsNumbers(value);
}

/** A call of nextval(), from which the numbers may come. */
function drawsNumbers(content: unknown): boolean {
  let isDrawn = false;
  walk(content, (kind, { sval }) => {
    if (kind === 'String' && sval === 'nextval') isDrawn = true;
  });
  return isDrawn;
}
