import { expect, test } from 'vitest';
import { openSessionSteps } from '../../../src/recovery/plan';

const session = (state: string, locks: readonly { relation: string; mode: string }[]) => ({
  pid: 4711,
  state,
  query: 'ALTER TABLE t',
  locks,
});

test('nothing is ended where nothing is open', () => {
  expect(openSessionSteps([])).toEqual([]);
});

test('sessions are found by what they hold, not by a process id of the simulation', () => {
  const [step] = openSessionSteps([
    session('idle in transaction', [
      { relation: 'public.t', mode: 'AccessShareLock' },
      { relation: 'public.t', mode: 'AccessExclusiveLock' },
    ]),
  ]);
  expect(step?.text).not.toContain('4711');
  expect(step?.text).toContain("l.relation = 'public.t'::regclass AND l.mode = 'AccessExclusiveLock'");
  expect(step?.text).toContain("a.state LIKE 'idle in transaction%'");
  expect(step?.text).toContain('pg_terminate_backend(a.pid, 5000)');
});

test('an advisory lock is enough to find it; a table that only its transaction sees is not', () => {
  const [advisory] = openSessionSteps([session('idle', [{ relation: 'advisory lock 42', mode: 'ExclusiveLock' }])]);
  expect(advisory?.text).toContain('(l.classid::bigint << 32 | l.objid::bigint) = 42');
  const [two] = openSessionSteps([session('idle', [{ relation: 'advisory lock 1, 2', mode: 'ExclusiveLock' }])]);
  expect(two?.text).toContain('l.classid = 1 AND l.objid = 2 AND l.objsubid = 2');
  const [unseen] = openSessionSteps([session('idle in transaction', [{ relation: '16400', mode: 'AccessExclusiveLock' }])]);
  expect(unseen?.text).not.toContain('16400');
});

test('before Postgres 14 the server can not wait for the end', () => {
  const [step] = openSessionSteps([session('idle in transaction', [])], { name: 'postgres', major: 13 });
  expect(step?.text).toContain('pg_terminate_backend(a.pid)');
});
