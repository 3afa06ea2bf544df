import { isAtLeast } from '../../../model/engine';
import type { ObjectKind, ObjectName, Operation, TableOptions } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { relationsIn } from '../queries';
import { createTable } from './create-table';
import { createIndex } from './indexes';
import { accountName, accountNames } from './names';
import { type CreateHead, guard } from './place';
import { createEvent, createRoutine, createTrigger } from './routines';
import { charsetName } from './types';

/** From behind CREATE. */
export function create(cursor: Cursor): Operation[] {
  const orReplace = cursor.accept('or', 'replace');
  const temporary = cursor.accept('temporary');
  if ((!orReplace || cursor.isMariadb) && cursor.accept('table')) return createTable(cursor, { temporary, orReplace });
  if (temporary && !cursor.is('sequence')) cursor.fail('TABLE');
  viewWords(cursor);
  // MySQL replaces views alone.
  if (orReplace && !cursor.isMariadb && !cursor.is('view')) cursor.fail('VIEW');
  const read = readers[cursor.word()];
  if (read !== undefined) return read(cursor, { orReplace });
  cursor.fail('the kind of object');
  return [];
}

/** ALGORITHM, DEFINER and SQL SECURITY, which may stand before the kind. */
export function viewWords(cursor: Cursor): void {
  for (;;) {
    if (cursor.accept('algorithm')) {
      cursor.accept('=');
      if (cursor.acceptOne('undefined', 'merge', 'temptable') === undefined) cursor.fail('UNDEFINED, MERGE or TEMPTABLE');
    } else if (cursor.accept('definer')) {
      cursor.accept('=');
      accountName(cursor);
    } else if (cursor.accept('sql', 'security')) {
      if (cursor.acceptOne('definer', 'invoker') === undefined) cursor.fail('DEFINER or INVOKER');
    } else return;
    if (cursor.problem !== undefined) return;
  }
}

type Reader = (cursor: Cursor, head: CreateHead) => Operation[];

const index: Reader = (cursor) => createIndex(cursor);

const readers: Readonly<Record<string, Reader>> = {
  unique: index,
  fulltext: index,
  spatial: spatial,
  vector: index,
  index,
  view: createView,
  procedure: createRoutine,
  function: createRoutine,
  aggregate: createRoutine,
  package: ofMariadb(rawObject('other')),
  library: rawObject('other'),
  trigger: createTrigger,
  event: createEvent,
  database: createDatabase,
  schema: createDatabase,
  user: createAccounts('user'),
  role: createAccounts('role'),
  server: rawObject('server'),
  sequence: ofMariadb(rawObject('sequence')),
  tablespace: rawObject('tablespace'),
  undo: undo,
  logfile: logfile,
  resource: resource,
  online: (cursor) => {
    cursor.next();
    return createIndex(cursor);
  },
};

/** SPATIAL INDEX, or SPATIAL REFERENCE SYSTEM. */
function spatial(cursor: Cursor): Operation[] {
  if (!cursor.is('spatial', 'reference')) return createIndex(cursor);
  cursor.rest();
  return [{ kind: 'other', node: 'CREATE SPATIAL REFERENCE SYSTEM' }];
}

function undo(cursor: Cursor): Operation[] {
  cursor.expect('undo');
  return rawObject('tablespace')(cursor, { orReplace: false });
}

function logfile(cursor: Cursor): Operation[] {
  cursor.expect('logfile', 'group');
  cursor.rest();
  return [{ kind: 'other', node: 'CREATE LOGFILE GROUP' }];
}

function resource(cursor: Cursor): Operation[] {
  cursor.expect('resource', 'group');
  cursor.rest();
  return [{ kind: 'other', node: 'CREATE RESOURCE GROUP' }];
}

/** The same where MySQL has no such object. */
function ofMariadb(read: Reader): Reader {
  return (cursor, head) => {
    if (!cursor.isMariadb) cursor.fail('the kind of object');
    return read(cursor, head);
  };
}

/** An object of which only the name matters here. */
function rawObject(objectKind: ObjectKind): Reader {
  return (cursor, { orReplace }) => {
    cursor.next();
    cursor.accept('body');
    const { guarded, place } = guard(cursor, orReplace);
    const object = cursor.token().kind === 'string' ? { name: cursor.string('a name') } : cursor.objectName('a name');
    cursor.rest();
    return [{ kind: 'create object', objectKind, object, ifNotExists: guarded, orReplace, ...place }];
  };
}

/** `VIEW [IF NOT EXISTS] name [(columns)] AS query` */
function createView(cursor: Cursor, { orReplace }: CreateHead): Operation[] {
  cursor.expect('view');
  // MySQL reads IF NOT EXISTS from 9.1 on.
  const hasGuard = cursor.isMariadb || isAtLeast(cursor.engine, 9, 1);
  const { guarded, place } = hasGuard ? guard(cursor, orReplace) : { guarded: false, place: {} };
  const object = cursor.objectName('the name of a view');
  return [{ kind: 'create object', objectKind: 'view', object, ifNotExists: guarded, orReplace, uses: viewQuery(cursor), ...place }];
}

/** `[(columns)] AS query`; gives the tables of the query. */
export function viewQuery(cursor: Cursor): ObjectName[] {
  if (cursor.is('(')) cursor.bracketed(() => cursor.name("a column's name"));
  cursor.expect('as');
  const uses = relationsIn(cursor);
  if (cursor.acceptOne('select', 'with', 'values', 'table') === undefined && !cursor.is('(')) cursor.fail('a query');
  cursor.rest();
  return uses;
}

function createDatabase(cursor: Cursor, { orReplace }: CreateHead): Operation[] {
  cursor.next();
  const { guarded, place } = guard(cursor, orReplace);
  const object = { name: cursor.name('the name of a database') };
  const options = databaseOptions(cursor);
  return [
    {
      kind: 'create object',
      objectKind: 'database',
      object,
      ifNotExists: guarded,
      orReplace,
      ...(Object.keys(options).length > 0 && { options }),
      ...place,
    },
  ];
}

/** CHARACTER SET, COLLATE, COMMENT, ENCRYPTION, READ ONLY, each with or without DEFAULT and `=`. */
export function databaseOptions(cursor: Cursor): TableOptions {
  let found: TableOptions = {};
  while (!cursor.atEnd) {
    cursor.accept('default');
    if (cursor.accept('character', 'set') || cursor.accept('char', 'set') || cursor.accept('charset')) {
      cursor.accept('=');
      found = { ...found, charset: charsetName(cursor) };
    } else if (cursor.accept('collate')) {
      cursor.accept('=');
      found = { ...found, collation: charsetName(cursor) };
    } else if (cursor.accept('comment')) {
      cursor.accept('=');
      found = { ...found, comment: cursor.string('the text of a comment') };
    } else if (cursor.accept('encryption')) {
      cursor.accept('=');
      found = { ...found, others: [...(found.others ?? []), `ENCRYPTION=${cursor.string("'Y' or 'N'")}`] };
    } else if (cursor.accept('read', 'only')) {
      cursor.accept('=');
      found = { ...found, others: [...(found.others ?? []), `READ ONLY=${cursor.raw(cursor.next())}`] };
    } else cursor.fail('an option of a database');
  }
  return found;
}

function createAccounts(objectKind: 'user' | 'role'): Reader {
  return (cursor, { orReplace }) => {
    cursor.next();
    const { guarded, place } = guard(cursor, orReplace);
    const names = accountNames(cursor);
    cursor.rest();
    return names.map((name) => ({ kind: 'create object', objectKind, object: { name }, ifNotExists: guarded, orReplace, ...place }));
  };
}
