import type { ObjectName, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { skipExpression } from '../expressions';
import { ifExists, ifNotExists } from './constraints';
import { columnNames } from './keys';

type Partitioning = Extract<Operation, { kind: 'partitioning' }>;

/** The two texts of a PARTITION BY clause: how rows are told apart, and into which partitions. */
export interface PartitionBy {
  /** `RANGE (year(created_at))` */
  readonly key: string;
  /** `PARTITIONS 4`, `(PARTITION p0 VALUES LESS THAN (10))`; absent where the text says nothing. */
  readonly partitions?: string;
}

/** From behind PARTITION BY to its end. */
export function partitionBy(cursor: Cursor): PartitionBy {
  const from = cursor.index;
  method(cursor);
  const key = cursor.since(from);
  const start = cursor.index;
  if (cursor.accept('partitions')) cursor.number('the number of partitions');
  if (cursor.accept('subpartition')) {
    cursor.expect('by');
    method(cursor);
    if (cursor.accept('subpartitions')) cursor.number('the number of subpartitions');
  }
  if (cursor.is('(')) partitionDefinitions(cursor);
  return { key, ...(cursor.index > start && { partitions: cursor.since(start) }) };
}

function method(cursor: Cursor): void {
  cursor.accept('linear');
  if (cursor.accept('hash')) cursor.skipBrackets();
  else if (cursor.accept('key')) {
    if (cursor.accept('algorithm', '=')) cursor.number('1 or 2');
    // KEY () takes the primary key.
    if (!cursor.accept('(', ')')) columnNames(cursor);
  } else if (cursor.acceptOne('range', 'list') !== undefined) {
    if (cursor.accept('columns')) columnNames(cursor);
    else cursor.skipBrackets();
  } else if (cursor.isMariadb && cursor.accept('system_time')) systemTime(cursor);
  else cursor.fail('HASH, KEY, RANGE or LIST');
}

/** MariaDB: `SYSTEM_TIME INTERVAL 1 WEEK STARTS '2024-01-01' AUTO`, `SYSTEM_TIME LIMIT 1000`. */
function systemTime(cursor: Cursor): void {
  const ends = new Set(['partitions', 'subpartition']);
  while (!cursor.atEnd && !cursor.is('(') && !cursor.isOneOf(ends)) cursor.index++;
}

/** `(PARTITION p VALUES ..., ...)`; gives the names. */
export function partitionDefinitions(cursor: Cursor): string[] {
  return cursor.bracketed(() => {
    // MariaDB reads the list without the word as well.
    if (!cursor.accept('partition') && !cursor.isMariadb) cursor.fail('PARTITION');
    return definition(cursor);
  });
}

function definition(cursor: Cursor): string {
  const name = cursor.name('the name of a partition');
  if (cursor.accept('values')) {
    if (cursor.accept('less', 'than')) {
      if (!cursor.accept('maxvalue')) cursor.skipBrackets();
    } else if (cursor.accept('in')) cursor.skipBrackets();
    else cursor.fail('LESS THAN or IN');
  }
  // Options, and subpartitions in brackets.
  if (!cursor.is(',') && !cursor.is(')') && !cursor.atEnd) skipExpression(cursor, new Set());
  return name;
}

const whole = new Set(['analyze', 'check', 'optimize', 'rebuild', 'repair', 'coalesce', 'reorganize', 'exchange', 'truncate']);

/** A subcommand of ALTER TABLE about partitions. Undefined when none stands here. */
export function partitionCommand(cursor: Cursor, table: ObjectName): Operation | undefined {
  const from = cursor.index;
  const found = partitionBody(cursor);
  if (found === undefined) {
    if (cursor.problem === undefined) cursor.index = from;
    return undefined;
  }
  return { kind: 'partitioning', table, ...found, detail: cursor.since(from) };
}

type Body = Omit<Partitioning, 'kind' | 'table' | 'detail' | 'span' | 'insertAt' | 'online' | 'waitSeconds' | 'ignore'>;

function partitionBody(cursor: Cursor): Body | undefined {
  if (cursor.accept('partition', 'by')) {
    partitionBy(cursor);
    return { action: 'partition by', partitions: [] };
  }
  if (cursor.accept('remove', 'partitioning')) return { action: 'remove', partitions: [] };
  if (cursor.accept('add', 'partition')) return addPartition(cursor);
  if (cursor.accept('drop', 'partition')) {
    if (cursor.isMariadb) ifExists(cursor);
    return { action: 'drop', partitions: names(cursor) };
  }
  if (cursor.accept('discard', 'partition')) return withTablespace(cursor, 'discard');
  if (cursor.accept('import', 'partition')) return withTablespace(cursor, 'import');
  if (cursor.isMariadb) {
    const converted = conversion(cursor);
    if (converted !== undefined) return converted;
  }
  const action = cursor.word();
  if (!whole.has(action) || cursor.word(1) !== 'partition') return undefined;
  cursor.index += 2;
  noBinaryLog(cursor);
  return wholeAction(cursor, action);
}

function noBinaryLog(cursor: Cursor): void {
  cursor.acceptOne('no_write_to_binlog', 'local');
}

function addPartition(cursor: Cursor): Body {
  if (cursor.isMariadb) ifNotExists(cursor);
  noBinaryLog(cursor);
  if (cursor.accept('partitions')) {
    cursor.number('the number of partitions');
    return { action: 'add', partitions: [] };
  }
  return { action: 'add', partitions: partitionDefinitions(cursor) };
}

function withTablespace(cursor: Cursor, action: 'discard' | 'import'): Body {
  const partitions = names(cursor);
  cursor.expect('tablespace');
  return { action, partitions };
}

function names(cursor: Cursor): string[] {
  if (cursor.accept('all')) return ['ALL'];
  return cursor.list(() => cursor.name('the name of a partition'));
}

/** MariaDB 10.7: CONVERT PARTITION p TO TABLE t, CONVERT TABLE t TO PARTITION p VALUES ... */
function conversion(cursor: Cursor): Body | undefined {
  if (cursor.accept('convert', 'partition')) {
    const partitions = [cursor.name('the name of a partition')];
    cursor.expect('to', 'table');
    return { action: 'convert to table', partitions, otherTable: cursor.objectName('the name of a table'), ...validation(cursor) };
  }
  if (!cursor.accept('convert', 'table')) return undefined;
  const otherTable = cursor.objectName('the name of a table');
  cursor.expect('to', 'partition');
  const partitions = [partitionWithValues(cursor)];
  return { action: 'convert from table', partitions, otherTable, ...validation(cursor) };
}

function partitionWithValues(cursor: Cursor): string {
  const name = cursor.name('the name of a partition');
  if (cursor.accept('values')) skipExpression(cursor, new Set(['with', 'without']));
  return name;
}

function validation(cursor: Cursor): { readonly validation?: boolean } {
  if (cursor.accept('with', 'validation')) return { validation: true };
  return cursor.accept('without', 'validation') ? { validation: false } : {};
}

function wholeAction(cursor: Cursor, action: string): Body {
  switch (action) {
    case 'coalesce':
      cursor.number('the number of partitions');
      return { action, partitions: [] };
    case 'reorganize': {
      if (cursor.atEnd || cursor.is(',')) return { action, partitions: [] };
      const partitions = names(cursor);
      cursor.expect('into');
      partitionDefinitions(cursor);
      return { action, partitions };
    }
    case 'exchange': {
      const partitions = [cursor.name('the name of a partition')];
      cursor.expect('with', 'table');
      return { action, partitions, otherTable: cursor.objectName('the name of a table'), ...validation(cursor) };
    }
    default: {
      const partitions = names(cursor);
      // CHECK PARTITION p FOR UPGRADE, REPAIR PARTITION p QUICK EXTENDED
      while (cursor.acceptOne('for', 'upgrade', 'quick', 'fast', 'medium', 'extended', 'changed', 'use_frm') !== undefined);
      return { action: action as Body['action'], partitions };
    }
  }
}
