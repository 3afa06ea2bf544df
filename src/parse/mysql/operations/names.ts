import type { Cursor } from '../cursor';
import { skipExpression } from '../expressions';
import { unquoted } from '../names';

/** `user`, `'user'@'host'`, CURRENT_USER: as `user@host` without quotes. */
export function accountName(cursor: Cursor): string {
  if (cursor.acceptOne('current_user', 'current_role') !== undefined) {
    cursor.accept('(', ')');
    return 'current_user';
  }
  const user = cursor.token().kind === 'string' ? unquoted(cursor.raw(cursor.next())) : cursor.name('the name of an account');
  if (cursor.token().kind !== 'variable') return user;
  const host = cursor.raw(cursor.next()).slice(1);
  // `'joe' @ 'localhost'`
  return `${user}@${host === '' ? cursor.string('the name of a host') : unquoted(host)}`;
}

const accountWords = new Set('identified require with password account attribute comment default discard retain'.split(' '));

/** Accounts between commas, each with what belongs to it alone: IDENTIFIED BY ... */
export function accountNames(cursor: Cursor): string[] {
  return cursor.list(() => {
    const name = accountName(cursor);
    if (cursor.isOneOf(accountWords)) skipExpression(cursor, new Set());
    return name;
  });
}
