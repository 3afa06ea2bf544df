import type { ObjectKind, ObjectName, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { ifExists } from './constraints';
import { dropIndex } from './indexes';
import { accountName } from './names';
import { placeOf, waitSeconds } from './online';
import { guardPlace } from './place';

/** From behind DROP. */
export function drop(cursor: Cursor): Operation[] {
  const temporary = cursor.accept('temporary');
  if (cursor.acceptOne('table', 'tables') !== undefined) return dropped(cursor, 'table', objectNames('a table'), temporary);
  if (temporary && !cursor.is('sequence')) cursor.fail('TABLE');
  if (cursor.acceptOne('index') !== undefined) return dropIndex(cursor);
  // DROP PREPARE is DEALLOCATE PREPARE.
  if (cursor.accept('prepare')) return [{ kind: 'prepared statement', action: 'deallocate', name: cursor.name('the name of a statement') }];
  const kind = cursor.word();
  const objectKind = kinds[kind];
  if (objectKind === undefined) return rare(cursor);
  cursor.index++;
  if (kind === 'package') cursor.accept('body');
  if (objectKind === 'user' || objectKind === 'role')
    return dropped(cursor, objectKind, (each) => each.list(() => ({ name: accountName(each) })));
  if (kind === 'procedure' || kind === 'function' || kind === 'trigger' || kind === 'event') return dropped(cursor, objectKind, oneName);
  return dropped(cursor, objectKind, kind === 'view' || kind === 'sequence' ? objectNames(`a ${kind}`) : oneName);
}

const kinds: Readonly<Record<string, ObjectKind>> = {
  view: 'view',
  procedure: 'procedure',
  function: 'function',
  trigger: 'trigger',
  event: 'event',
  database: 'database',
  schema: 'database',
  user: 'user',
  role: 'role',
  server: 'server',
  sequence: 'sequence',
  package: 'other',
  library: 'other',
  tablespace: 'tablespace',
};

function objectNames(what: string): (cursor: Cursor) => ObjectName[] {
  return (cursor) => cursor.objectNames(`the name of ${what}`);
}

function oneName(cursor: Cursor): ObjectName[] {
  const isString = cursor.token().kind === 'string';
  return [isString ? { name: cursor.string('a name') } : cursor.objectName('a name')];
}

function dropped(cursor: Cursor, objectKind: ObjectKind, names: (cursor: Cursor) => ObjectName[], temporary = false): Operation[] {
  const place = guardPlace(cursor, 'ifExists');
  const guarded = ifExists(cursor);
  const objects = names(cursor);
  const seconds = waitSeconds(cursor);
  const cascade = cursor.acceptOne('restrict', 'cascade') === 'cascade';
  if (objectKind === 'tablespace') cursor.rest();
  return [
    {
      kind: 'drop object',
      objectKind,
      objects,
      ifExists: guarded,
      cascade,
      concurrently: false,
      ...(temporary && { temporary: true as const }),
      ...placeOf({}, seconds),
      ...(guarded ? {} : place),
    },
  ];
}

function rare(cursor: Cursor): Operation[] {
  if (cursor.accept('undo', 'tablespace')) return dropped(cursor, 'tablespace', oneName);
  for (const words of [
    ['logfile', 'group'],
    ['resource', 'group'],
    ['spatial', 'reference', 'system'],
  ]) {
    if (!cursor.accept(...words)) continue;
    if (cursor.atEnd) cursor.fail('a name');
    cursor.rest();
    return [{ kind: 'other', node: `DROP ${words.join(' ').toUpperCase()}` }];
  }
  cursor.fail('the kind of object');
  return [];
}
