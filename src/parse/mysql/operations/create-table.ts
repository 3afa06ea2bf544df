import type { ColumnSpecification, ConstraintSpecification, IndexSpecification, ObjectName, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { relationsIn } from '../queries';
import { columnSpecification } from './columns';
import { constraintSpecification, ifNotExists, isConstraint } from './constraints';
import { indexHead, indexSpecification } from './keys';
import { partitionBy } from './partitions';
import { guardPlace } from './place';
import { tableOptions } from './table-options';

/** What stands in the brackets of CREATE TABLE. */
interface Elements {
  readonly columns: ColumnSpecification[];
  readonly constraints: ConstraintSpecification[];
  readonly indexes: IndexSpecification[];
}

/** From behind CREATE [OR REPLACE] [TEMPORARY] TABLE. */
export function createTable(cursor: Cursor, { temporary, orReplace }: { temporary: boolean; orReplace: boolean }): Operation[] {
  const place = orReplace ? {} : guardPlace(cursor, 'ifNotExists');
  const guarded = ifNotExists(cursor);
  const table = cursor.objectName('the name of a table');
  const head = {
    kind: 'create table' as const,
    table,
    ifNotExists: guarded,
    persistence: temporary ? ('temporary' as const) : ('permanent' as const),
    ...(orReplace && { orReplace: true as const }),
    ...(guarded ? {} : place),
  };
  const like = likeTable(cursor);
  if (like !== undefined) return [{ ...head, columns: [], constraints: [], asQuery: false, like }];
  const elements: Elements = { columns: [], constraints: [], indexes: [] };
  if (cursor.is('(') && !isQuery(cursor)) cursor.bracketed(() => element(cursor, table, elements));
  const { indexes, ...rest } = elements;
  return [{ ...head, ...rest, ...(indexes.length > 0 && { indexes }), ...tail(cursor, elements) }];
}

function likeTable(cursor: Cursor): ObjectName | undefined {
  if (cursor.accept('(', 'like')) {
    const table = cursor.objectName('the name of a table');
    cursor.expect(')');
    return table;
  }
  return cursor.accept('like') ? cursor.objectName('the name of a table') : undefined;
}

/** Is the open bracket here that of a query, `CREATE TABLE t (SELECT ...)`? */
function isQuery(cursor: Cursor): boolean {
  const word = cursor.word(1);
  return word === 'select' || word === 'with' || (word === '(' && cursor.word(2) === 'select') || word === 'values';
}

function element(cursor: Cursor, table: ObjectName, found: Elements): void {
  if (isConstraint(cursor)) {
    found.constraints.push(constraintSpecification(cursor, table));
    return;
  }
  if (cursor.isMariadb && cursor.is('period', 'for')) {
    cursor.accept('period', 'for');
    cursor.name('the name of a period');
    cursor.skipBrackets();
    return;
  }
  const head = indexHead(cursor);
  if (head !== undefined) {
    if (cursor.isMariadb) ifNotExists(cursor);
    found.indexes.push(indexSpecification(cursor, table, head));
    return;
  }
  found.columns.push(columnSpecification(cursor));
}

/** Options, partitions and the query, which stand in this order. */
function tail(cursor: Cursor, { columns }: Elements): Pick<Extract<Operation, { kind: 'create table' }>, 'asQuery'> {
  const options = tableOptions(cursor, true);
  const partition = cursor.accept('partition', 'by') ? partitionBy(cursor) : undefined;
  const from = cursor.index;
  cursor.acceptOne('ignore', 'replace');
  cursor.accept('as');
  const asQuery = isQueryStart(cursor);
  if (cursor.index > from && !asQuery) cursor.fail('a query');
  if (!asQuery && columns.length === 0) cursor.fail('columns, LIKE or a query');
  const uses = asQuery ? relationsIn(cursor) : [];
  if (asQuery) cursor.rest();
  return {
    asQuery,
    ...(options !== undefined && { options }),
    ...(partition !== undefined && { partitionKey: partition.key }),
    ...(partition?.partitions !== undefined && { partitions: partition.partitions }),
    ...(uses.length > 0 && { uses }),
  };
}

function isQueryStart(cursor: Cursor): boolean {
  const word = cursor.word();
  return word === 'select' || word === 'with' || word === '(' || word === 'values' || (word === 'table' && !cursor.isMariadb);
}
