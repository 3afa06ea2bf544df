import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { ifExists, ifNotExists } from './constraints';
import { type IndexHead, indexBody, indexMethod } from './keys';
import { onlineWords, placeOf, waitSeconds } from './online';
import { guardPlace, withPlace } from './place';

/** From behind CREATE [OR REPLACE] [ONLINE]: `[UNIQUE | FULLTEXT | SPATIAL | VECTOR] INDEX name ON table (parts) ...` */
export function createIndex(cursor: Cursor): Operation[] {
  const head = indexKind(cursor);
  cursor.expect('index');
  const guard = cursor.isMariadb ? guardPlace(cursor, 'ifNotExists') : {};
  const guarded = cursor.isMariadb && ifNotExists(cursor);
  const name = cursor.name('the name of an index');
  const method = indexMethod(cursor);
  cursor.expect('on');
  const table = cursor.objectName('the name of a table');
  let seconds: number | undefined;
  const readWait = (): void => {
    seconds = waitSeconds(cursor);
  };
  const index = indexBody(cursor, table, { ...head, method: method ?? head.method }, name, readWait);
  const online = onlineWords(cursor);
  const operation: Operation = { kind: 'create index', index, ifNotExists: guarded, ...(guarded ? {} : guard) };
  return withPlace([operation], { ...placeOf(online, seconds), ...onlineEnd(cursor) });
}

function indexKind(cursor: Cursor): IndexHead {
  if (cursor.accept('unique')) return { unique: true, method: 'btree' };
  return { unique: false, method: cursor.acceptOne('fulltext', 'spatial', 'vector') ?? 'btree' };
}

/** Behind the last word so far. */
function onlineEnd(cursor: Cursor): { readonly insertAt?: { readonly online: number } } {
  if (cursor.index === 0) return {};
  return { insertAt: { online: cursor.toFile(cursor.spanSince(cursor.index - 1)).end } };
}

/** From behind DROP INDEX. */
export function dropIndex(cursor: Cursor): Operation[] {
  const guard = cursor.isMariadb ? guardPlace(cursor, 'ifExists') : {};
  const guarded = cursor.isMariadb && ifExists(cursor);
  const isPrimary = cursor.is('primary');
  const name = isPrimary ? cursor.raw(cursor.next()).toUpperCase() : cursor.name('the name of an index');
  cursor.expect('on');
  const on = cursor.objectName('the name of a table');
  const seconds = waitSeconds(cursor);
  // MariaDB's DROP INDEX knows neither ALGORITHM nor LOCK; its ALTER TABLE ... DROP INDEX does.
  const online = cursor.isMariadb ? {} : onlineWords(cursor);
  const place = { ...placeOf(online, seconds), ...(cursor.isMariadb ? {} : onlineEnd(cursor)) };
  // DROP INDEX `PRIMARY` is the primary key's (manual, DROP INDEX).
  const operation: Operation =
    name === 'PRIMARY'
      ? { kind: 'drop constraint', table: on, constraint: 'PRIMARY', ifExists: guarded, cascade: false, constraintKind: 'primary key' }
      : { kind: 'drop object', objectKind: 'index', objects: [{ name }], ifExists: guarded, cascade: false, concurrently: false, on };
  return withPlace([{ ...operation, ...(guarded ? {} : guard) }], place);
}
