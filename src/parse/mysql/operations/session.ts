import type { ObjectName, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { expressionText, skipExpression } from '../expressions';
import { unquoted } from '../names';
import { placeOf, waitSeconds } from './online';

type SetOperation = Extract<Operation, { kind: 'set' }>;
type Scope = NonNullable<SetOperation['scope']>;

const nothing: ReadonlySet<string> = new Set();

/** From behind SET. `read` reads the statement of MariaDB's SET STATEMENT. */
export function set(cursor: Cursor, read: (cursor: Cursor) => Operation[]): Operation[] {
  if (cursor.isMariadb && cursor.accept('statement')) {
    const settings = cursor.list(() => named(cursor, 'statement', new Set(['for'])));
    cursor.expect('for');
    return [...settings, ...read(cursor)];
  }
  const special = words(cursor);
  return special === undefined ? cursor.list(() => assignment(cursor)) : special;
}

/** SET with words of its own instead of a variable. */
function words(cursor: Cursor): Operation[] | undefined {
  if (cursor.accept('names')) return [setting('names', cursor.rest())];
  if (cursor.accept('character', 'set') || cursor.accept('char', 'set') || cursor.accept('charset'))
    return [setting('charset', cursor.rest())];
  if (cursor.is('password') && !isAssignedVariable(cursor, 1)) return other(cursor, 'SET PASSWORD');
  if (cursor.is('password', 'for')) return other(cursor, 'SET PASSWORD');
  if (cursor.accept('role')) return [setting('role', cursor.rest())];
  if (cursor.accept('default', 'role')) return other(cursor, 'SET DEFAULT ROLE');
  if (cursor.accept('resource', 'group')) return other(cursor, 'SET RESOURCE GROUP');
  const from = cursor.index;
  const word = cursor.acceptOne('session', 'local', 'global');
  if (cursor.accept('transaction')) {
    const scope: Scope = word === undefined ? 'transaction' : word === 'global' ? 'global' : 'session';
    if (cursor.atEnd) cursor.fail('ISOLATION LEVEL or an access mode');
    return [{ kind: 'set', name: 'transaction', value: cursor.rest(), local: false, scope }];
  }
  cursor.index = from;
  return undefined;
}

/** SET PASSWORD = 'x' sets a password; a variable of that name there is not. */
function isAssignedVariable(cursor: Cursor, ahead: number): boolean {
  const word = cursor.word(ahead);
  return word !== '=' && word !== ':=' && word !== 'for' && word !== 'to';
}

function setting(name: string, value: string): Operation {
  return { kind: 'set', name, value, local: false, scope: 'session' };
}

function other(cursor: Cursor, node: string): Operation[] {
  cursor.rest();
  return [{ kind: 'other', node }];
}

const scopes: Readonly<Record<string, Scope>> = {
  session: 'session',
  local: 'session',
  global: 'global',
  persist: 'persist',
  persist_only: 'persist only',
};

function scopeOf(cursor: Cursor): Scope | undefined {
  const scope = scopes[cursor.word()];
  return cursor.isMariadb && scope?.startsWith('persist') ? undefined : scope;
}

/** One of the assignments between commas. */
function assignment(cursor: Cursor): Operation {
  const token = cursor.token();
  if (token.kind === 'variable') {
    cursor.index++;
    return variable(cursor, cursor.raw(token));
  }
  const scope = cursor.word(1) === '=' || cursor.word(1) === ':=' || cursor.word(1) === '.' ? undefined : scopeOf(cursor);
  if (scope !== undefined) cursor.index++;
  // SET a = 1, NAMES utf8 is read as well: the list may hold any of them.
  if (cursor.accept('names')) return setting('names', expressionText(cursor, nothing));
  if (cursor.accept('character', 'set') || cursor.accept('charset')) return setting('charset', expressionText(cursor, nothing));
  return named(cursor, scope ?? 'session', nothing);
}

/** `@name = value`, `@@session.name = value` */
function variable(cursor: Cursor, raw: string): Operation {
  if (!cursor.acceptEquals()) cursor.fail('=');
  const value = expressionText(cursor, nothing);
  if (!raw.startsWith('@@')) return { kind: 'set', name: unquoted(raw.slice(1)), value, local: false, scope: 'user' };
  const [first = '', ...rest] = raw.slice(2).toLowerCase().split('.');
  // `@@name` is of the session; before the next transaction only for what SET TRANSACTION sets.
  const scope = rest.length > 0 ? scopes[first] : undefined;
  const name = scope === undefined ? [first, ...rest].join('.') : rest.join('.');
  const isForNext = rest.length === 0 && nextOnly.has(name);
  return { kind: 'set', name, value, local: false, scope: scope ?? (isForNext ? 'transaction' : 'session') };
}

/** Without a scope, `SET @@name` of these holds for the next transaction alone (manual, SET TRANSACTION). */
const nextOnly: ReadonlySet<string> = new Set(['transaction_isolation', 'transaction_read_only', 'tx_isolation', 'tx_read_only']);

/** `name = value`, `cache.name = value` */
function named(cursor: Cursor, scope: Scope, ends: ReadonlySet<string>): Operation {
  let name = cursor.name('the name of a variable').toLowerCase();
  while (cursor.accept('.')) name += `.${cursor.name('the name of a variable').toLowerCase()}`;
  if (!cursor.acceptEquals()) cursor.fail('=');
  return { kind: 'set', name, value: expressionText(cursor, ends), local: false, scope };
}

/** From behind LOCK. */
export function lock(cursor: Cursor): Operation[] {
  if (!cursor.isMariadb && cursor.accept('instance', 'for', 'backup')) return [{ kind: 'other', node: 'LOCK INSTANCE' }];
  if (cursor.acceptOne('tables', 'table') === undefined) cursor.fail('TABLES');
  const modes = new Map<string, ObjectName[]>();
  cursor.list(() => {
    const table = cursor.objectName('the name of a table');
    if (cursor.accept('as') || (cursor.isName() && !['low_priority'].includes(cursor.word()))) cursor.name('an alias');
    const mode = lockMode(cursor);
    modes.set(mode, [...(modes.get(mode) ?? []), table]);
  });
  const seconds = waitSeconds(cursor);
  return [...modes].map(
    ([mode, tables]): Operation => ({ kind: 'lock table', tables, mode, nowait: seconds === 0, ...placeOf({}, seconds) }),
  );
}

function lockMode(cursor: Cursor): string {
  if (cursor.accept('read')) return cursor.accept('local') ? 'READ LOCAL' : 'READ';
  cursor.accept('low_priority');
  if (cursor.accept('write')) return cursor.accept('concurrent') ? 'WRITE CONCURRENT' : 'WRITE';
  cursor.fail('READ or WRITE');
  return '';
}

/** From behind UNLOCK. */
export function unlock(cursor: Cursor): Operation[] {
  if (!cursor.isMariadb && cursor.accept('instance')) return [{ kind: 'other', node: 'UNLOCK INSTANCE' }];
  if (cursor.acceptOne('tables', 'table') === undefined) cursor.fail('TABLES');
  return [{ kind: 'unlock tables' }];
}

/** From behind PREPARE: `name FROM 'text' | @variable`. */
export function prepare(cursor: Cursor): Operation[] {
  const name = cursor.name('the name of a statement');
  cursor.expect('from');
  return [{ kind: 'prepared statement', action: 'prepare', name, ...preparedText(cursor) }];
}

function preparedText(cursor: Cursor): { readonly text?: string; readonly variable?: string } {
  const { kind } = cursor.token();
  if (kind === 'string') {
    const from = cursor.index;
    const text = cursor.string('a statement');
    if (cursor.atEnd || cursor.is('using')) return { text };
    cursor.index = from;
  }
  if (kind === 'variable') return { variable: unquoted(cursor.raw(cursor.next()).slice(1)) };
  // MariaDB takes any expression.
  skipExpression(cursor, new Set(['using']));
  return {};
}

/** From behind EXECUTE: `name [USING @a, @b]`, MariaDB's `IMMEDIATE 'text' [USING ...]`. */
export function execute(cursor: Cursor): Operation[] {
  const immediate = cursor.isMariadb && cursor.accept('immediate');
  const found = immediate ? preparedText(cursor) : { name: cursor.name('the name of a statement') };
  if (cursor.accept('using')) cursor.list(() => skipExpression(cursor, nothing));
  return [{ kind: 'prepared statement', action: immediate ? 'execute immediate' : 'execute', ...found }];
}

/** From behind DEALLOCATE. */
export function deallocate(cursor: Cursor): Operation[] {
  cursor.expect('prepare');
  return [{ kind: 'prepared statement', action: 'deallocate', name: cursor.name('the name of a statement') }];
}
