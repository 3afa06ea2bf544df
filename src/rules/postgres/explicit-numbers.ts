import type { Node } from '@pgsql/types';
import { all, as, walk } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';

/**
 * Does an INSERT bring values along for the column in this place of its list, rather than leave it to the sequence? Not so: DEFAULT, a
 * call of nextval(), and OVERRIDING USER VALUE, which the server ignores the values under.
 */
export function bringsValues(sent: string, position: number): boolean {
  const statement = as(statementTree(sent), 'InsertStmt');
  if (statement === undefined || statement.override === 'OVERRIDING_USER_VALUE') return false;
  return queryBrings(statement.selectStmt, position);
}

function queryBrings(query: Node | undefined, position: number): boolean {
  const select = as(query, 'SelectStmt');
  if (select === undefined) return false;
  // Of a UNION the first part decides.
  if (select.larg !== undefined) return queryBrings({ SelectStmt: select.larg }, position);
  if (select.valuesLists !== undefined) {
    return all(select.valuesLists, 'List').some(({ items }) => isOwnValue(items?.[position]));
  }
  const targets = all(select.targetList, 'ResTarget').map(({ val }) => val);
  return targets.slice(0, position + 1).some(isStar) || isOwnValue(targets[position]);
}

function isStar(value: Node | undefined): boolean {
  return as(value, 'ColumnRef')?.fields?.some((field) => as(field, 'A_Star') !== undefined) === true;
}

function isOwnValue(value: Node | undefined): boolean {
  if (value === undefined || as(value, 'SetToDefault') !== undefined || as(value, 'A_Const')?.isnull === true) return false;
  let isDrawn = false;
  walk(value, (kind, content) => {
    if (kind === 'String' && content.sval === 'nextval') isDrawn = true;
  });
  return !isDrawn;
}
