import type { ObjectKind, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { alterTable } from './alter-table';
import { ifExists } from './constraints';
import { viewQuery, viewWords } from './create';
import { accountName } from './names';
import { alterEvent } from './routines';

/** From behind ALTER. */
export function alter(cursor: Cursor): Operation[] {
  // MariaDB: ALTER ONLINE TABLE is LOCK=NONE.
  const online = cursor.isMariadb && cursor.accept('online');
  const ignore = cursor.isMariadb && cursor.accept('ignore');
  if (cursor.accept('table')) return alterTable(cursor, { ...(online && { lock: 'none' }), ...(ignore && { ignore: true }) });
  viewWords(cursor);
  if (cursor.accept('view')) return alterView(cursor);
  if (cursor.accept('event')) return alterEvent(cursor);
  if (cursor.acceptOne('database', 'schema') !== undefined) return alterDatabase(cursor);
  if (cursor.accept('user')) return alterUser(cursor);
  const objectKind = kinds[cursor.word()];
  if (objectKind !== undefined) {
    cursor.index++;
    ifExists(cursor);
    const object = cursor.token().kind === 'string' ? { name: cursor.string('a name') } : cursor.objectName('a name');
    return [{ kind: 'alter object', objectKind, object, detail: cursor.rest() }];
  }
  return rare(cursor);
}

const kinds: Readonly<Record<string, ObjectKind>> = {
  procedure: 'procedure',
  function: 'function',
  server: 'server',
  sequence: 'sequence',
  tablespace: 'tablespace',
  library: 'other',
};

function alterView(cursor: Cursor): Operation[] {
  const object = cursor.objectName('the name of a view');
  const from = cursor.index;
  const uses = viewQuery(cursor);
  return [{ kind: 'alter object', objectKind: 'view', object, detail: cursor.since(from), uses }];
}

/** The name may be left out: the database in use is meant. */
function alterDatabase(cursor: Cursor): Operation[] {
  const options = ['default', 'character', 'char', 'charset', 'collate', 'comment', 'encryption', 'read', 'upgrade'];
  const isUnnamed = cursor.token().kind === 'word' && options.includes(cursor.word());
  const object = { name: isUnnamed ? '' : cursor.name('the name of a database') };
  if (cursor.atEnd) cursor.fail('an option of a database');
  return [{ kind: 'alter object', objectKind: 'database', object, detail: cursor.rest() }];
}

function alterUser(cursor: Cursor): Operation[] {
  ifExists(cursor);
  if (cursor.accept('user', '(', ')'))
    return [{ kind: 'alter object', objectKind: 'user', object: { name: 'current_user' }, detail: cursor.rest() }];
  const name = accountName(cursor);
  return [{ kind: 'alter object', objectKind: 'user', object: { name }, detail: cursor.rest() }];
}

function rare(cursor: Cursor): Operation[] {
  const known = [['undo', 'tablespace'], ['logfile', 'group'], ['resource', 'group'], ['instance']];
  for (const words of known) {
    if (!cursor.accept(...words)) continue;
    if (cursor.atEnd) cursor.fail('a name');
    cursor.rest();
    return [{ kind: 'other', node: `ALTER ${words.join(' ').toUpperCase()}` }];
  }
  cursor.fail('the kind of object');
  return [];
}
