import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';

/** Statements about the server, and those that only show something. */

type Reader = (cursor: Cursor) => Operation[];

/** From behind ANALYZE; MariaDB's ANALYZE SELECT runs the statement, and is shown like EXPLAIN. */
export function analyze(cursor: Cursor): Operation[] {
  cursor.acceptOne('no_write_to_binlog', 'local');
  if (cursor.acceptOne('table', 'tables') === undefined) {
    if (cursor.atEnd) cursor.fail('TABLE');
    cursor.rest();
    return [{ kind: 'other', node: 'ANALYZE' }];
  }
  const tables = cursor.objectNames('the name of a table');
  // UPDATE HISTOGRAM ON c, DROP HISTOGRAM ON c; MariaDB: PERSISTENT FOR ...
  cursor.rest();
  return [{ kind: 'analyze', tables }];
}

const maintenanceWords = ['quick', 'fast', 'medium', 'extended', 'changed', 'use_frm', 'force'] as const;

/** From behind OPTIMIZE, REPAIR, CHECK or CHECKSUM. */
export function maintenance(action: 'optimize' | 'repair' | 'check' | 'checksum'): Reader {
  return (cursor) => {
    cursor.acceptOne('no_write_to_binlog', 'local');
    if (cursor.acceptOne('table', 'tables') === undefined) {
      if (cursor.accept('view')) {
        cursor.rest();
        return [{ kind: 'other', node: `${action.toUpperCase()} VIEW` }];
      }
      cursor.fail('TABLE');
    }
    const tables = cursor.objectNames('the name of a table');
    while (cursor.acceptOne(...maintenanceWords) !== undefined || cursor.accept('for', 'upgrade'));
    // MariaDB: WAIT n, NOWAIT
    if (cursor.isMariadb && (cursor.is('wait') || cursor.is('nowait'))) cursor.rest();
    return [{ kind: 'table maintenance', action, tables }];
  };
}

/** From behind GRANT or REVOKE. */
export function privileges(kind: 'grant' | 'revoke'): Reader {
  return (cursor) => {
    const from = cursor.index - 1;
    if (!cursor.tokens.slice(cursor.index).some(({ word }) => word === (kind === 'grant' ? 'to' : 'from')) && !cursor.is('current_user')) {
      cursor.index = cursor.tokens.length;
      cursor.fail(kind === 'grant' ? 'TO and an account' : 'FROM and an account');
    }
    cursor.rest();
    return [{ kind, detail: cursor.since(from) }];
  };
}

/** A statement of which only its first words are known: `words` are as many as tell it apart. */
export function known(words: string): Reader {
  return (cursor) => {
    cursor.rest();
    return [{ kind: 'other', node: words }];
  };
}

/** The same where something must follow. */
export function knownWithMore(words: string): Reader {
  return (cursor) => {
    if (cursor.atEnd) cursor.fail('more');
    return known(words)(cursor);
  };
}

/** From behind FLUSH: the node names what is flushed. */
export function flush(cursor: Cursor): Operation[] {
  cursor.acceptOne('no_write_to_binlog', 'local');
  if (cursor.atEnd) cursor.fail('what is flushed');
  const isTables = cursor.is('tables') || cursor.is('table');
  const what = cursor.word().toUpperCase();
  const rest = cursor.rest();
  if (!isTables) return [{ kind: 'other', node: `FLUSH ${what}` }];
  if (/\bwith\s+read\s+lock\b/i.test(rest)) return [{ kind: 'other', node: 'FLUSH TABLES WITH READ LOCK' }];
  return [{ kind: 'other', node: /\bfor\s+export\b/i.test(rest) ? 'FLUSH TABLES FOR EXPORT' : 'FLUSH TABLES' }];
}

/** From behind CHANGE: MASTER TO, REPLICATION SOURCE TO, REPLICATION FILTER. */
export function change(cursor: Cursor): Operation[] {
  if (cursor.accept('replication', 'filter')) return knownWithMore('CHANGE REPLICATION FILTER')(cursor);
  if (cursor.accept('replication', 'source')) {
    cursor.expect('to');
    return knownWithMore('CHANGE REPLICATION SOURCE')(cursor);
  }
  if (cursor.accept('master')) {
    // MariaDB: CHANGE MASTER 'name' TO
    if (cursor.token().kind === 'string') cursor.index++;
    cursor.expect('to');
    return knownWithMore('CHANGE MASTER')(cursor);
  }
  cursor.fail('REPLICATION SOURCE or REPLICATION FILTER');
  return [];
}

/** From behind KILL: `[HARD | SOFT] [CONNECTION | QUERY [ID]] id`. */
export function kill(cursor: Cursor): Operation[] {
  if (cursor.atEnd) cursor.fail('the number of a connection');
  cursor.acceptOne('hard', 'soft');
  const word = cursor.acceptOne('connection', 'query');
  cursor.rest();
  return [{ kind: 'other', node: word === 'query' ? 'KILL QUERY' : 'KILL' }];
}
