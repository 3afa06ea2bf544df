import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { misplaced } from '../pairs';
import * as administration from './administration';
import { alter } from './alter';
import { create } from './create';
import { insert, load, truncate } from './data';
import { drop } from './drop';
import { rename } from './rename';
import { remove, update } from './rows';
import { select } from './select';
import * as session from './session';
import * as transactions from './transactions';

type Reader = (cursor: Cursor) => Operation[];

const { known, knownWithMore } = administration;

/** One reader per first word, from behind it. A word that is missing here is no statement: the server refuses it as well. */
const readers: Readonly<Record<string, Reader>> = {
  create,
  alter,
  drop,
  rename,
  truncate,
  insert: (cursor) => insert(cursor, false),
  replace: (cursor) => insert(cursor, true),
  update,
  delete: remove,
  load,
  do: (cursor) => select(cursor),
  call,
  set: (cursor) => session.set(cursor, operationsOf),
  lock: session.lock,
  unlock: session.unlock,
  prepare: session.prepare,
  execute: session.execute,
  deallocate: session.deallocate,
  start: transactions.start,
  stop: (cursor) => transactions.replication(cursor, 'STOP'),
  commit: transactions.commit,
  rollback: transactions.rollback,
  savepoint: transactions.savepoint,
  release: transactions.release,
  xa: transactions.xa,
  use,
  analyze: administration.analyze,
  optimize: administration.maintenance('optimize'),
  repair: administration.maintenance('repair'),
  check: administration.maintenance('check'),
  checksum: administration.maintenance('checksum'),
  grant: administration.privileges('grant'),
  revoke: administration.privileges('revoke'),
  flush: administration.flush,
  change: administration.change,
  kill: administration.kill,
  reset: knownWithMore('RESET'),
  purge: knownWithMore('PURGE'),
  show: knownWithMore('SHOW'),
  explain: knownWithMore('EXPLAIN'),
  describe: knownWithMore('DESCRIBE'),
  desc: knownWithMore('DESCRIBE'),
  help: knownWithMore('HELP'),
  handler: knownWithMore('HANDLER'),
  install: knownWithMore('INSTALL'),
  uninstall: knownWithMore('UNINSTALL'),
  import: knownWithMore('IMPORT TABLE'),
  cache: knownWithMore('CACHE INDEX'),
  binlog: knownWithMore('BINLOG'),
  clone: knownWithMore('CLONE'),
  signal: knownWithMore('SIGNAL'),
  resignal: known('RESIGNAL'),
  get: knownWithMore('GET DIAGNOSTICS'),
  shutdown: known('SHUTDOWN'),
  restart: known('RESTART'),
  backup: knownWithMore('BACKUP'),
};

const queries = new Set(['select', 'table', 'values', '(']);
const blocks = new Set(['if', 'case', 'loop', 'while', 'repeat', 'for']);

/**
 * What a statement does. Empty only when the cursor found a problem. What a reader leaves unread is a problem as well: nothing of a
 * statement goes unread in silence.
 */
export function operationsOf(cursor: Cursor): Operation[] {
  const operations = statement(cursor);
  if (!cursor.atEnd) cursor.fail('the end of the statement');
  const wrong = cursor.problem === undefined ? misplaced(cursor.tokens) : undefined;
  if (wrong !== undefined) {
    cursor.index = wrong;
    cursor.fail('a value');
  }
  return cursor.problem === undefined ? operations : [];
}

function statement(cursor: Cursor): Operation[] {
  const word = cursor.word();
  if (queries.has(word)) return select(cursor);
  if (word === 'with') return withQuery(cursor);
  if (word === 'begin') return beginning(cursor);
  if (cursor.isMariadb && blocks.has(word)) return block(cursor);
  const read = Object.hasOwn(readers, word) ? readers[word] : undefined;
  if (read === undefined) {
    cursor.fail('a statement');
    return [];
  }
  cursor.index++;
  return read(cursor);
}

/** A transaction, or MariaDB's block, BEGIN NOT ATOMIC. */
function beginning(cursor: Cursor): Operation[] {
  if (cursor.isMariadb && cursor.is('begin', 'not', 'atomic')) return block(cursor);
  cursor.index++;
  return transactions.begin(cursor);
}

function block(cursor: Cursor): Operation[] {
  return [{ kind: 'do block', language: 'sql', body: cursor.rest() }];
}

/** WITH before a query, or before an UPDATE or DELETE. */
function withQuery(cursor: Cursor): Operation[] {
  const start = cursor.index;
  cursor.index++;
  cursor.accept('recursive');
  cursor.list(() => {
    cursor.name('the name of a common table expression');
    if (cursor.is('(')) cursor.skipBrackets();
    cursor.expect('as');
    cursor.skipBrackets();
    // MariaDB: CYCLE columns RESTRICT
    if (cursor.accept('cycle')) {
      cursor.list(() => cursor.name("a column's name"));
      cursor.expect('restrict');
    }
  });
  if (cursor.is('update') || cursor.is('delete')) return statement(cursor);
  if (!queries.has(cursor.word())) cursor.fail('SELECT, UPDATE or DELETE');
  if (cursor.problem === undefined) cursor.index = start;
  return select(cursor);
}

function call(cursor: Cursor): Operation[] {
  const name = cursor.objectName('the name of a procedure');
  if (cursor.is('(')) cursor.skipBrackets();
  return [{ kind: 'call', name }];
}

function use(cursor: Cursor): Operation[] {
  return [{ kind: 'use', database: cursor.name('the name of a database') }];
}
