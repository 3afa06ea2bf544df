import type { ObjectName, OnlineWords, Operation, OperationPlace } from '../../../model/operation';
import type { Span } from '../../../model/text';
import type { Cursor } from '../cursor';
import { skipExpression } from '../expressions';
import { addition } from './alter-add';
import { columnDefault, columnDefinition, columnPosition } from './columns';
import { ifExists } from './constraints';
import { onlineWords, placeOf, waitSeconds } from './online';
import { partitionCommand } from './partitions';
import { guardPlace, withPlace } from './place';
import { tableOptions } from './table-options';
import { charsetName } from './types';

/** What a reader of subcommands finds: operations without the places, which are the same for all. */
export type Subcommand = (cursor: Cursor, table: ObjectName) => readonly Operation[] | undefined;

/** From behind ALTER [ONLINE] [IGNORE] TABLE: one operation per subcommand, each with its place. */
export function alterTable(cursor: Cursor, head: { readonly lock?: 'none'; readonly ignore?: true }): Operation[] {
  if (cursor.isMariadb) ifExists(cursor);
  const table = cursor.objectName('the name of a table');
  let online: OnlineWords = head.lock === undefined ? {} : { lock: head.lock };
  const seconds = waitSeconds(cursor);
  const found: Operation[] = [];
  let last: Span | undefined;
  while (!cursor.atEnd) {
    const from = cursor.index;
    const words = onlineWords(cursor, online);
    if (cursor.index > from) online = words;
    else {
      const operations = subcommand(cursor, table);
      const span = cursor.toFile(cursor.spanSince(from));
      found.push(...operations.map((operation) => ({ ...operation, span: operation.span ?? span })));
      last = span;
    }
    // Only PARTITION BY and what removes it may follow without a comma.
    if (!cursor.accept(',') && !cursor.is('partition', 'by') && !cursor.is('remove', 'partitioning')) break;
    if (cursor.atEnd) cursor.fail('a change');
  }
  if (!cursor.atEnd) cursor.fail('a comma, or the end of the statement');
  if (found.length === 0) found.push({ kind: 'alter table', table, detail: '', rewrites: false });
  const insertAt = last === undefined ? {} : { insertAt: { online: onlinePlace(found, last) } };
  const whole: OperationPlace = { ...placeOf(online, seconds), ...(head.ignore && { ignore: true }), ...insertAt };
  // All changes of one statement name the table as it is called before it.
  const isRename = (operation: Operation) => operation.kind === 'rename object' && operation.objectKind === 'table';
  return withPlace([...found.filter((operation) => !isRename(operation)), ...found.filter(isRename)], whole);
}

/** Before a PARTITION BY, which must be last. */
function onlinePlace(operations: readonly Operation[], last: Span): number {
  const before = operations.filter(
    (operation) => operation.kind !== 'partitioning' || (operation.action !== 'partition by' && operation.action !== 'remove'),
  );
  return before.at(-1)?.span?.end ?? last.end;
}

const readers: Readonly<Record<string, Subcommand>> = {
  add: addition,
  drop: removal,
  change: (cursor, table) => redefinition(cursor, table, true),
  modify: (cursor, table) => redefinition(cursor, table, false),
  alter: alteration,
  rename: renaming,
  convert: conversion,
  order: ordering,
};

function subcommand(cursor: Cursor, table: ObjectName): readonly Operation[] {
  const from = cursor.index;
  const partitioning = partitionCommand(cursor, table);
  if (partitioning !== undefined) return [partitioning];
  if (cursor.problem !== undefined) return [];
  const read = readers[cursor.word()];
  if (read !== undefined) {
    cursor.index++;
    return read(cursor, table) ?? [];
  }
  if (plain(cursor)) {
    const detail = cursor.since(from);
    return [{ kind: 'alter table', table, detail, rewrites: rewriting.test(detail) }];
  }
  const options = tableOptions(cursor, false);
  if (options !== undefined) return [{ kind: 'table options', table, options }];
  cursor.fail('a change of the table');
  return [];
}

const rewriting = /^force$/i;

/** Subcommands that are fixed words. */
function plain(cursor: Cursor): boolean {
  if (cursor.acceptOne('enable', 'disable') !== undefined) {
    cursor.expect('keys');
    return true;
  }
  if (cursor.accept('discard', 'tablespace') || cursor.accept('import', 'tablespace') || cursor.accept('force')) return true;
  if (cursor.accept('with', 'validation') || cursor.accept('without', 'validation')) return true;
  return cursor.acceptOne('secondary_load', 'secondary_unload') !== undefined;
}

/** Behind DROP. */
function removal(cursor: Cursor, table: ObjectName): readonly Operation[] {
  const noGuard = { ifExists: false, cascade: false } as const;
  if (cursor.accept('primary', 'key'))
    return [{ kind: 'drop constraint', table, constraint: 'PRIMARY', ...noGuard, constraintKind: 'primary key' }];
  if (cursor.isMariadb && cursor.accept('system', 'versioning'))
    return [{ kind: 'alter table', table, detail: 'DROP SYSTEM VERSIONING', rewrites: true }];
  if (cursor.isMariadb && cursor.accept('period', 'for')) {
    return [{ kind: 'alter table', table, detail: `DROP PERIOD FOR ${cursor.name('the name of a period')}`, rewrites: false }];
  }
  if (cursor.acceptOne('index', 'key') !== undefined) {
    const { ifExists: guarded, ...place } = guard(cursor);
    const objects = [{ name: cursor.name('the name of an index') }];
    return [
      { kind: 'drop object', objectKind: 'index', objects, ifExists: guarded, cascade: false, concurrently: false, on: table, ...place },
    ];
  }
  const constraintKind = cursor.accept('foreign', 'key')
    ? ('foreign key' as const)
    : !cursor.isMariadb && cursor.accept('check')
      ? ('check' as const)
      : undefined;
  if (constraintKind !== undefined || cursor.accept('constraint')) {
    const guarded = guard(cursor);
    const constraint = cursor.name('the name of a constraint');
    return [
      { kind: 'drop constraint', table, constraint, cascade: false, ...guarded, ...(constraintKind !== undefined && { constraintKind }) },
    ];
  }
  cursor.accept('column');
  const guarded = guard(cursor);
  const column = cursor.name("a column's name");
  const cascade = cursor.acceptOne('restrict', 'cascade') === 'cascade';
  return [{ kind: 'drop column', table, column, cascade, ...guarded }];
}

/** IF EXISTS, which only MariaDB has here; where it can be inserted if it is not there. */
function guard(cursor: Cursor): { readonly ifExists: boolean } & OperationPlace {
  if (!cursor.isMariadb) return { ifExists: false };
  const place = guardPlace(cursor, 'ifExists');
  return ifExists(cursor) ? { ifExists: true } : { ifExists: false, ...place };
}

/** Behind CHANGE or MODIFY. */
function redefinition(cursor: Cursor, table: ObjectName, mayRename: boolean): readonly Operation[] {
  cursor.accept('column');
  const guarded = guard(cursor);
  const column = cursor.name("a column's name");
  const name = mayRename ? cursor.name("the column's new name") : column;
  const specification = columnDefinition(cursor, name);
  const position = columnPosition(cursor);
  const renamed = name !== column && { newName: name };
  return [{ kind: 'redefine column', table, column, ...renamed, specification, ...(position !== undefined && { position }), ...guarded }];
}

/** Behind ALTER. */
function alteration(cursor: Cursor, table: ObjectName): readonly Operation[] {
  if (cursor.acceptOne('index', 'key') !== undefined) {
    if (cursor.isMariadb) ifExists(cursor);
    return [{ kind: 'alter index', table, indexName: cursor.name('the name of an index'), visible: visibility(cursor) }];
  }
  if (!cursor.isMariadb && cursor.acceptOne('check', 'constraint') !== undefined) {
    const constraint = cursor.name('the name of a constraint');
    const enforced = !cursor.accept('not');
    cursor.expect('enforced');
    return [{ kind: 'alter constraint', table, constraint, enforced }];
  }
  cursor.accept('column');
  if (cursor.isMariadb) ifExists(cursor);
  const column = cursor.name("a column's name");
  if (cursor.accept('drop', 'default')) return [{ kind: 'drop default', table, column }];
  cursor.expect('set');
  if (cursor.accept('default')) {
    const { text, expression } = columnDefault(cursor);
    return [{ kind: 'set default', table, column, default: text, ...(expression && { expression }) }];
  }
  const word = cursor.acceptOne('visible', 'invisible');
  if (word === undefined) cursor.fail('DEFAULT, VISIBLE or INVISIBLE');
  return [{ kind: 'alter column', table, column, detail: `SET ${(word ?? '').toUpperCase()}`, visible: word === 'visible' }];
}

function visibility(cursor: Cursor): boolean {
  if (cursor.isMariadb ? cursor.accept('not', 'ignored') : cursor.accept('visible')) return true;
  if (!cursor.accept(cursor.isMariadb ? 'ignored' : 'invisible')) cursor.fail(cursor.isMariadb ? 'IGNORED' : 'VISIBLE or INVISIBLE');
  return false;
}

/** Behind RENAME. */
function renaming(cursor: Cursor, table: ObjectName): readonly Operation[] {
  if (cursor.accept('column')) {
    if (cursor.isMariadb) ifExists(cursor);
    const column = cursor.name("a column's name");
    cursor.expect('to');
    return [{ kind: 'rename column', table, column, newName: cursor.name("the column's new name") }];
  }
  if (cursor.acceptOne('index', 'key') !== undefined) {
    const guarded = cursor.isMariadb && ifExists(cursor);
    const object = { name: cursor.name('the name of an index') };
    cursor.expect('to');
    const newName = cursor.name("the index's new name");
    return [{ kind: 'rename object', objectKind: 'index', object, newName, ifExists: guarded, on: table }];
  }
  if (cursor.acceptOne('to', 'as') === undefined) cursor.accept('=');
  return [renamedTable(table, cursor.objectName("the table's new name"), false)];
}

/** A table with another name, perhaps in another database. */
export function renamedTable(object: ObjectName, { schema, name }: ObjectName, guarded: boolean): Operation {
  return {
    kind: 'rename object',
    objectKind: 'table',
    object,
    newName: name,
    ifExists: guarded,
    ...(schema !== undefined && { newSchema: schema }),
  };
}

/** Behind CONVERT. */
function conversion(cursor: Cursor, table: ObjectName): readonly Operation[] {
  cursor.expect('to');
  if (!cursor.accept('character', 'set') && !cursor.accept('char', 'set')) cursor.expect('charset');
  const charset = charsetName(cursor);
  const collation = cursor.accept('collate') ? charsetName(cursor) : undefined;
  return [{ kind: 'convert charset', table, charset, ...(collation !== undefined && { collation }) }];
}

/** Behind ORDER: the rows are written anew in this order. */
function ordering(cursor: Cursor, table: ObjectName): readonly Operation[] {
  const from = cursor.index - 1;
  cursor.expect('by');
  // What follows a comma is one more column as long as it is no subcommand.
  do skipExpression(cursor, new Set());
  while (cursor.is(',') && cursor.isName(1) && !isSubcommand(cursor.word(1)) && cursor.accept(','));
  return [{ kind: 'alter table', table, detail: cursor.since(from), rewrites: true }];
}

function isSubcommand(word: string): boolean {
  return (
    word in readers || ['algorithm', 'lock', 'engine', 'force', 'enable', 'disable', 'modify', 'auto_increment', 'comment'].includes(word)
  );
}
