import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';

type Transaction = Extract<Operation, { kind: 'transaction' }>;

function transaction(action: Transaction['action']): Operation[] {
  return [{ kind: 'transaction', action }];
}

/** From behind START: TRANSACTION with its characteristics; else about replication. */
export function start(cursor: Cursor): Operation[] {
  if (cursor.accept('transaction')) {
    if (!cursor.atEnd) cursor.list(() => characteristic(cursor));
    return transaction('begin');
  }
  return replication(cursor, 'START');
}

function characteristic(cursor: Cursor): void {
  if (cursor.accept('with', 'consistent', 'snapshot') || cursor.accept('read', 'only') || cursor.accept('read', 'write')) return;
  cursor.fail('READ ONLY, READ WRITE or WITH CONSISTENT SNAPSHOT');
}

/** START and STOP REPLICA, GROUP_REPLICATION, SLAVE, ALL SLAVES. */
export function replication(cursor: Cursor, verb: string): Operation[] {
  cursor.accept('all');
  const word = cursor.acceptOne('replica', 'slave', 'replicas', 'slaves', 'group_replication');
  if (word === undefined) cursor.fail('REPLICA');
  cursor.rest();
  return [{ kind: 'other', node: `${verb} ${(word ?? '').toUpperCase()}` }];
}

/** From behind BEGIN. */
export function begin(cursor: Cursor): Operation[] {
  cursor.accept('work');
  return transaction('begin');
}

/** From behind COMMIT. */
export function commit(cursor: Cursor): Operation[] {
  cursor.accept('work');
  completion(cursor);
  return transaction('commit');
}

/** From behind ROLLBACK. */
export function rollback(cursor: Cursor): Operation[] {
  cursor.accept('work');
  if (cursor.accept('to')) {
    cursor.accept('savepoint');
    cursor.name('the name of a savepoint');
    return transaction('rollback to');
  }
  completion(cursor);
  return transaction('rollback');
}

/** AND [NO] CHAIN, [NO] RELEASE */
function completion(cursor: Cursor): void {
  if (cursor.accept('and')) {
    cursor.accept('no');
    cursor.expect('chain');
  }
  if (cursor.accept('no')) cursor.expect('release');
  else cursor.accept('release');
}

/** From behind SAVEPOINT. */
export function savepoint(cursor: Cursor): Operation[] {
  cursor.name('the name of a savepoint');
  return transaction('savepoint');
}

/** From behind RELEASE. */
export function release(cursor: Cursor): Operation[] {
  cursor.expect('savepoint');
  cursor.name('the name of a savepoint');
  return transaction('release');
}

const xaActions = {
  start: 'begin',
  begin: 'begin',
  end: 'other',
  prepare: 'prepare',
  commit: 'commit',
  rollback: 'rollback',
  recover: 'other',
} as const;

/** From behind XA. */
export function xa(cursor: Cursor): Operation[] {
  const word = cursor.word() as keyof typeof xaActions;
  const action = xaActions[word];
  if (action === undefined) {
    cursor.fail('START, END, PREPARE, COMMIT, ROLLBACK or RECOVER');
    return [];
  }
  cursor.index++;
  const from = cursor.index;
  if (word === 'recover') cursor.rest();
  else cursor.list(() => xaPart(cursor));
  const id = cursor.since(from);
  if (cursor.acceptOne('join', 'resume') === undefined) cursor.accept('one', 'phase');
  if (cursor.accept('suspend') && cursor.accept('for')) cursor.expect('migrate');
  const spelled = word === 'begin' ? 'start' : word;
  return [{ kind: 'transaction', action, xa: { word: spelled, ...(word !== 'recover' && { id }) } }];
}

/** A string, a hexadecimal or binary literal, or the number of the format. */
function xaPart(cursor: Cursor): void {
  const { kind } = cursor.token();
  if (kind === 'string' || kind === 'number' || kind === 'parameter') cursor.index++;
  else cursor.fail('the id of a transaction');
}
