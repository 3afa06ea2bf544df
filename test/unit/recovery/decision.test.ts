import { beforeAll, expect, test } from 'vitest';
import { flyway } from '../../../src/frameworks/flyway';
import { sql } from '../../../src/frameworks/sql';
import { emptyCatalog } from '../../../src/model/catalog';
import type { RecoveryPlan } from '../../../src/model/simulation';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { type DecisionInput, decide } from '../../../src/recovery/decision';

beforeAll(loadParser);

const step = { title: '', why: '', text: 'ALTER TABLE t ADD COLUMN a integer;', language: 'sql' as const };
const plan = (verified: boolean, rest: Partial<RecoveryPlan> = {}): RecoveryPlan => ({ steps: [step, step], verified, ...rest });
const nothing: State = { catalog: emptyCatalog, data: [], sequences: [], bookkeeping: [], sessions: [], preparedTransactions: [] };

/** Three statements, of which some are done. */
function situation(completed: number, rest: Partial<DecisionInput['situation']> = {}): DecisionInput['situation'] {
  const text = 'CREATE TABLE a (id integer); CREATE TABLE b (id integer); CREATE TABLE c (id integer);';
  const [read] = sql.read([{ path: '1.sql', text }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
  if (!read?.ok) throw new Error('The sample was not read.');
  const migration = read.value;
  const protocol = flyway.run(migration.engine);
  return { migration, protocol, plan: planProgram(migration, 'up'), completed, before: nothing, after: nothing, partial: nothing, ...rest };
}

test.each([
  ['only forward is verified', plan(false, { loses: 'rows of t' }), plan(true), 1, 'forward'],
  ['only back is verified', plan(true), plan(false, { problem: 'Step 1 failed' }), 2, 'back'],
  ['all statements are done', plan(true), plan(true), 3, 'forward'],
  ['forward is shorter', plan(true, { steps: [step, step, step] }), plan(true), 2, 'forward'],
  ['nothing speaks for forward', plan(true), plan(true), 1, 'back'],
  ['neither is verified', plan(false), plan(false), 1, 'back'],
  ['neither is without loss, forward all but it', plan(false), plan(false, { loses: 'x', verifiedExceptLoss: true }), 1, 'forward'],
] as const)('%s', (_, back, forward, completed, recommended) => {
  const decision = decide({ back, forward, situation: situation(completed) });
  expect(decision.recommended).toBe(recommended);
  expect(decision.because).not.toBe('');
});

test.each([
  [flyway, 'only the record of it is missing'],
  [sql, 'kept from being run again'],
])('what is left when all statements are done, by $name', (framework, says) => {
  const done = situation(3);
  const decision = decide({
    back: plan(true),
    forward: plan(true),
    situation: { ...done, protocol: framework.run(done.migration.engine) },
  });
  expect(decision.because).toContain(says);
});

test('a retry that was tried and reached after speaks for forward', () => {
  const recommended = (retryReaches: 'after' | 'error') =>
    decide({ back: plan(true), forward: plan(true), situation: situation(1, { retryReaches }) }).recommended;
  expect(recommended('after')).toBe('forward');
  expect(recommended('error')).toBe('back');
});

test('a check that fails speaks against its way', () => {
  const failing = { checks: [{ title: 'No orphans', text: 'SELECT 1', expected: '0', passed: false, found: '1' }] };
  const decision = decide({ back: plan(true), forward: plan(true, failing), situation: situation(3) });
  expect(decision.recommended).toBe('back');
  expect(decision.because).toContain('No orphans');
});

test('the facts are what was measured', () => {
  const table = {
    identity: '1',
    schema: 'public',
    name: 't',
    kind: 'table',
    persistence: 'permanent',
    columns: [],
    constraints: [],
  } as const;
  const rest = { indexes: [], triggers: [], policies: [], rowSecurity: 'off' } as const;
  const state = (rowCount: number): State => ({
    ...nothing,
    catalog: { ...emptyCatalog, tables: [{ ...table, ...rest }] },
    data: [{ table: 'public.t', rowCount, rowsHash: String(rowCount) }],
  });
  const { decision } = decide({
    back: plan(false, { loses: 'rows of t', verifiedExceptLoss: true, durationMs: 7 }),
    forward: plan(true, { durationMs: 9, checks: [{ title: '', text: '', expected: '0', passed: true }] }),
    situation: situation(2, { before: state(5), partial: state(3), after: state(3), retryReaches: 'error' }),
  });
  expect(Object.fromEntries(decision.facts.map(({ name, back, forward }) => [name, [back, forward]]))).toEqual({
    Statements: ['2 of 3 to take back', '1 of 3 left'],
    'Executed and compared': ['in all but what is lost', 'yes, 2 steps'],
    Validation: ['not executed', '1 of 1 checks passed'],
    'Is lost': ['rows of t', 'nothing'],
    'Running the migration again': ['from before, as the first time', 'tried: it stops with an error'],
    'Rows that differ': ['t: 3 now, 5 there', 'none'],
    'Took here': ['7 ms', '9 ms'],
    'Strongest lock': ['ACCESS EXCLUSIVE on t', 'ACCESS EXCLUSIVE on t'],
    'Later writes': ['are lost where rows are restored', 'stay'],
  });
});

test('what neither way brings back is named as such', () => {
  const back = plan(false, { loses: 'rows that were added to t stay: nothing tells them from the others' });
  const { because } = decide({ back, forward: plan(false, { loses: 'rows of t' }), situation: situation(1) });
  expect(because).toContain('When unsure, go back. What is lost that way: rows that were added to t stay: nothing tells');
});
