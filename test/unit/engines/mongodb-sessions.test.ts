import { UUID } from 'mongodb';
import { expect, it } from 'vitest';
import { controlProgramName } from '../../../src/engines/mongodb/connect';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import { buildsAmong } from '../../../src/engines/mongodb/snapshot/builds';
import { sessionsLeft } from '../../../src/engines/mongodb/snapshot/sessions';

const id = new UUID('01234567-89ab-4def-8123-456789abcdef');
const number = sessionNumber(id) ?? -1;
const running = {
  type: 'op',
  active: true,
  connectionId: 3,
  opid: 9,
  op: 'update',
  ns: 'f_1.users',
  command: { q: {}, u: {} },
  lsid: { id },
};
const idle = { type: 'idleSession', active: false, lsid: { id }, transaction: { parameters: {} }, ns: '' };

/** Forms as in the manual, "currentOp Output Fields", and as the stand-in gives them. */
it('sessions left behind are those that write in the database or beside it, and transactions of known sessions', () => {
  const left = (operation: object, known: readonly number[] = []) => sessionsLeft([operation], 'f_1', known);
  expect(left(running)).toEqual([
    { pid: 9, state: 'active', query: 'update f_1.users', locks: [{ relation: 'users', mode: 'write' }], lsid: id.toString() },
  ]);
  expect(left({ ...running, ns: 'f_1-other.users' })[0]?.locks[0]?.relation).toBe('other.users');
  expect(left({ ...running, ns: 'f_12.users' })).toEqual([]);
  expect(left({ ...running, appName: controlProgramName })).toEqual([]);
  expect(left({ ...running, op: 'query', command: { find: 'users' } })).toEqual([]);
  expect(left({ ...running, connectionId: undefined, op: 'remove' })).toEqual([]);
  expect(left({ ...running, active: false })).toEqual([]);
  expect(left(idle)).toEqual([]);
  expect(left(idle, [number])).toEqual([
    { pid: 0, state: 'idle in transaction', query: '', locks: [{ relation: 'documents', mode: 'transaction' }], lsid: id.toString() },
  ]);
  expect(left({ ...idle, transaction: undefined }, [number])).toEqual([]);
});

it('index builds are told by their command, also without a connection', () => {
  const index = { key: { a: 1 }, name: 'a_1' };
  const build = {
    ...running,
    connectionId: undefined,
    op: 'command',
    msg: 'Index Build',
    command: { createIndexes: 'users', indexes: [index], $db: 'f_1' },
  };
  expect(buildsAmong([build, running])).toEqual([{ database: 'f_1', collection: 'users', index }]);
  expect(sessionsLeft([build], 'f_1', [])[0]?.locks).toEqual([{ relation: 'users', mode: 'index build' }]);
});
