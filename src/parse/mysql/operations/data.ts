import type { DuplicateUpdate, ObjectName, Operation } from '../../../model/operation';
import { writtenRows } from '../../written-rows';
import type { Cursor } from '../cursor';
import { functionsIn, literalText, skipExpression } from '../expressions';
import { relationsIn } from '../queries';
import { ifExists } from './constraints';
import { placeOf, waitSeconds } from './online';

const modifiers = ['low_priority', 'high_priority', 'delayed', 'quick'] as const;
const rowEnds = new Set(['on']);
const assignmentEnds = new Set(['on', 'where', 'order', 'limit', 'returning', 'as']);

/** From behind INSERT or REPLACE. */
export function insert(cursor: Cursor, isReplace: boolean): Operation[] {
  const from = cursor.index;
  while (cursor.acceptOne(...modifiers) !== undefined);
  const ignore = cursor.accept('ignore');
  cursor.accept('into');
  const table = cursor.objectName('the name of a table');
  if (cursor.accept('partition')) cursor.bracketed(() => cursor.name('the name of a partition'));
  const isColumns = cursor.is('(') && !['select', 'with', 'values', 'table', '('].includes(cursor.word(1));
  const listed = isColumns ? columnList(cursor) : [];
  const source = rowsOf(cursor);
  const aliasAt = source.kind === 'rows' ? cursor.toFile(cursor.spanSince(cursor.index - 1)).end : undefined;
  const alias = rowAlias(cursor);
  const duplicate = cursor.accept('on', 'duplicate', 'key', 'update') ? duplicateUpdate(cursor, alias, aliasAt) : undefined;
  returning(cursor);
  const functions = functionsIn(cursor.tokens.slice(from, cursor.index), cursor.text).filter((name) => name !== 'values');
  return [
    {
      kind: 'insert',
      table,
      columns: source.columns ?? listed,
      ...(source.rows !== undefined && { rows: source.rows }),
      ...(source.mixedRows !== undefined && { mixedRows: source.mixedRows }),
      onConflict: duplicate !== undefined ? 'update' : isReplace ? 'replace' : ignore ? 'nothing' : 'none',
      ...(duplicate !== undefined && { duplicateUpdate: duplicate }),
      ...(source.from !== undefined && { from: source.from }),
      ...(functions.length > 0 && { functions }),
      ...(ignore && { ignore: true as const }),
    },
  ];
}

function columnList(cursor: Cursor): string[] {
  if (cursor.accept('(', ')')) return [];
  return cursor.bracketed(() => qualifiedColumn(cursor));
}

/** `column`, `table.column`, `database.table.column`: the column alone. */
function qualifiedColumn(cursor: Cursor): string {
  let name = cursor.name("a column's name");
  while (cursor.accept('.')) name = cursor.name("a column's name");
  return name;
}

interface Rows {
  readonly kind: 'rows' | 'set' | 'query';
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly mixedRows?: readonly (readonly (string | undefined)[])[];
  readonly from?: readonly ObjectName[];
}

function rowsOf(cursor: Cursor): Rows {
  if (cursor.acceptOne('values', 'value') !== undefined) return valuesRows(cursor);
  if (cursor.accept('set')) {
    const columns = cursor.list(() => assignment(cursor));
    return { kind: 'set', columns };
  }
  if (!['select', 'with', 'table', '('].includes(cursor.word())) {
    cursor.fail('VALUES, SET or a query');
    return { kind: 'query' };
  }
  const start = cursor.index;
  // ON DUPLICATE KEY UPDATE belongs to the INSERT; a query has an ON of its own in its joins.
  while (!cursor.atEnd && !cursor.is('on', 'duplicate', 'key') && !cursor.is('returning')) cursor.index++;
  return { kind: 'query', from: relationsIn(cursor.between(start)) };
}

function valuesRows(cursor: Cursor): Rows {
  const rows: (readonly (string | undefined)[])[] = [];
  cursor.list(() => {
    cursor.accept('row');
    rows.push(valuesRow(cursor));
  });
  return { kind: 'rows', ...writtenRows(rows) };
}

/** One row in brackets as literals; undefined where another expression stands. */
function valuesRow(cursor: Cursor): readonly (string | undefined)[] {
  const values: (string | undefined)[] = [];
  if (cursor.accept('(', ')')) return values;
  cursor.bracketed(() => {
    const from = cursor.index;
    skipExpression(cursor, rowEnds);
    values.push(literalText(cursor, from, cursor.index));
  });
  return values;
}

/** `column = expression`; gives the column. */
function assignment(cursor: Cursor): string {
  const column = qualifiedColumn(cursor);
  if (!cursor.acceptEquals()) cursor.fail('=');
  skipExpression(cursor, assignmentEnds);
  return column;
}

/** `AS new`, `AS new (a, b)` behind VALUES and SET; MySQL alone. */
function rowAlias(cursor: Cursor): string | undefined {
  if (cursor.isMariadb || !cursor.accept('as')) return undefined;
  const alias = cursor.name('the alias of the row');
  if (cursor.is('(')) columnList(cursor);
  return alias;
}

function duplicateUpdate(cursor: Cursor, alias: string | undefined, aliasAt: number | undefined): DuplicateUpdate {
  const from = cursor.index;
  const columns = cursor.list(() => assignment(cursor));
  const mayAlias = alias === undefined && aliasAt !== undefined && !cursor.isMariadb;
  return { columns, valuesCalls: valuesCalls(cursor, from), ...(alias !== undefined && { alias }), ...(mayAlias && { aliasAt }) };
}

/** VALUES(column), MariaDB's VALUE(column) as well. */
function valuesCalls(cursor: Cursor, from: number): DuplicateUpdate['valuesCalls'] {
  const found: { span: { start: number; end: number }; column: string }[] = [];
  const inner = cursor.between(from);
  for (; !inner.atEnd; inner.index++) {
    if ((!inner.is('values') && !inner.is('value')) || inner.word(1) !== '(') continue;
    const start = inner.index;
    inner.index += 2;
    const column = qualifiedColumn(inner);
    if (inner.problem !== undefined) break;
    if (!inner.accept(')')) continue;
    found.push({ span: cursor.toFile(inner.spanSince(start)), column });
    inner.index--;
  }
  return found;
}

/** MariaDB: RETURNING expressions. */
function returning(cursor: Cursor): void {
  if (cursor.isMariadb && cursor.accept('returning')) cursor.list(() => skipExpression(cursor, new Set()));
}

/** From behind LOAD: `DATA | XML [LOCAL] INFILE 'file' [REPLACE | IGNORE] INTO TABLE t ...` */
export function load(cursor: Cursor): Operation[] {
  if (cursor.acceptOne('data', 'xml') === undefined) {
    cursor.rest();
    return [{ kind: 'other', node: 'LOAD INDEX INTO CACHE' }];
  }
  cursor.acceptOne('low_priority', 'concurrent');
  const fromClient = cursor.accept('local');
  cursor.expect('infile');
  cursor.string('the name of a file');
  const word = cursor.acceptOne('replace', 'ignore');
  cursor.expect('into', 'table');
  const table = cursor.objectName('the name of a table');
  cursor.rest();
  return [{ kind: 'copy', table, onConflict: word === 'replace' ? 'replace' : word === 'ignore' ? 'nothing' : 'none', fromClient }];
}

/** From behind TRUNCATE. */
export function truncate(cursor: Cursor): Operation[] {
  cursor.accept('table');
  if (cursor.isMariadb) ifExists(cursor);
  const tables = [cursor.objectName('the name of a table')];
  const seconds = waitSeconds(cursor);
  // AUTO_INCREMENT begins at its first value again (manual, TRUNCATE TABLE).
  return [{ kind: 'truncate', tables, cascade: false, restartIdentity: true, ...placeOf({}, seconds) }];
}
