import { describe, expect, it } from 'vitest';
import type { Catalog, Column, Table } from '../../../src/model/catalog';
import type { CellResult, RecoveryPlan, RecoveryStep } from '../../../src/model/simulation';
import type { State } from '../../../src/model/state';
import { lockModeLabel } from '../../../src/model/words';
import { stateDifferences } from '../../../src/state/difference';
import { fieldsText, historyWords, stateRows } from '../../../webview/logic/differences';
import { lossOf, planText, proofOf, rollbackOf } from '../../../webview/logic/plans';
import { nothingToDo, storyOf } from '../../../webview/logic/story';
import { factsOf, timelineOf } from '../../../webview/logic/timeline';
import { plan, recovery, runOf, statement } from './runs';

const result: CellResult = {
  id: 'crash@after:1',
  point: { kind: 'after', statement: 1 },
  fault: 'crash',
  status: 'done',
  verdict: 'broken',
};

function stateWith(columns: readonly Partial<Column>[], versions: readonly string[]): State {
  const table: Table = {
    identity: '1',
    schema: 'public',
    name: 'orders',
    kind: 'table',
    persistence: 'permanent',
    columns: columns.map((column, position) => ({ identity: String(position), name: 'c', type: 'text', notNull: false, ...column })),
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rowSecurity: 'off',
  };
  const catalog: Catalog = { schemas: [], tables: [table], sequences: [], types: [], definitions: [] };
  const bookkeeping = [{ table: 'public.schema_migrations', rows: versions.map((version) => ({ version })) }];
  return { catalog, data: [], sequences: [], bookkeeping, sessions: [], preparedTransactions: [] };
}

describe('the state beside before and after', () => {
  const before = stateWith([{ name: 'id', type: 'integer' }], ['1']);
  const now = stateWith([{ name: 'id', type: 'bigint' }, { name: 'currency' }], ['1']);
  const after = stateWith(
    [
      { name: 'id', type: 'bigint' },
      { name: 'currency', notNull: true },
    ],
    ['1', '2'],
  );
  const rows = stateRows({ ...result, differsFromBefore: stateDifferences(before, now), differsFromAfter: stateDifferences(after, now) });

  it('tells each object once: what is there, what was, what should be', () => {
    expect(rows.objects).toEqual([
      { kind: 'column', name: 'orders.currency', now: 'text', before: 'missing', after: 'not null: true', standing: 'wrong' },
      { kind: 'column', name: 'orders.id', now: 'type: bigint', before: 'type: integer', after: undefined, standing: 'done' },
    ]);
  });

  it('tells each history row apart', () => {
    expect(rows.bookkeeping).toEqual([
      { kind: 'bookkeeping', name: 'schema_migrations: version=2', now: 'missing', before: undefined, after: 'there', standing: 'todo' },
    ]);
    expect(fieldsText({ version: '1', dirty: true, at: null })).toBe('version=1 dirty=true at=NULL');
    expect(fieldsText({ id: 1, at: '(differs from run to run)' })).toBe('id=1');
    expect(rows.bookkeeping.map(historyWords)).toEqual(['Not there yet']);
    expect([lockModeLabel('AccessExclusiveLock'), lockModeLabel('SHARE')]).toEqual(['ACCESS EXCLUSIVE', 'SHARE']);
  });

  it('leaves a change that it can not take apart as it is told', () => {
    const change = { kind: 'rows', name: 'public.orders', change: 'changed', detail: 'the values of currency differ' } as const;
    expect(stateRows({ ...result, differsFromBefore: [change] }).objects[0]).toMatchObject({
      now: 'the values of currency differ',
      before: 'different',
      after: undefined,
    });
  });
});

describe('a recovery plan', () => {
  const example: RecoveryPlan = {
    verified: true,
    durationMs: 131,
    steps: [
      { title: 'Remove the\ncolumn.', why: '', text: 'ALTER TABLE orders DROP COLUMN c;', language: 'sql' },
      { title: 'Tell the tool.', why: '', text: 'migrate force 1\nmigrate up', language: 'shell' },
    ],
  };

  it('says what was proven, and no more', () => {
    expect(proofOf(example, 'forward').text).toBe('verified: reaches after in 131 ms');
    expect(proofOf({ ...example, verified: false, verifiedExceptLoss: true, loses: 'the old values' }, 'back')).toMatchObject({
      kind: 'except-loss',
      text: 'verified except for what it loses: the old values',
    });
    expect(proofOf({ ...example, verified: false, problem: 'step 1 stops' }, 'back').text).toBe('not verified: step 1 stops');
    expect(lossOf(example, 'back')).toBe('Loses nothing.');
    expect(lossOf({ ...example, verified: false, loses: 'rows' }, 'back')).toBe('Loses: rows');
  });

  it('copies as SQL: whatever is not becomes a comment', () => {
    expect(planText(example)).toBe(
      '-- 1. Remove the column.\nALTER TABLE orders DROP COLUMN c;\n\n-- 2. Tell the tool.\n-- In a shell:\n-- migrate force 1\n-- migrate up\n',
    );
  });
});

describe('the rollback to insert', () => {
  const step = (text: string, more: Partial<RecoveryStep> = {}): RecoveryStep => ({ title: text, why: '', text, language: 'sql', ...more });
  const cell = (
    kind: 'after' | 'unrecorded',
    steps: readonly RecoveryStep[],
    differsFromAfter: CellResult['differsFromAfter'],
    verified = true,
  ) => ({
    fault: 'crash' as const,
    point: kind === 'after' ? { kind, statement: 1 } : { kind },
    verdict: 'broken' as const,
    result: { differsFromAfter: differsFromAfter ?? [], ...recovery(plan(verified, { steps }), plan(true)) },
  });
  const missing = { kind: 'index', name: 'i', change: 'removed', detail: '' } as const;
  const unwritten = { kind: 'bookkeeping', name: 'h', change: 'removed', detail: '' } as const;
  const half = cell('after', [step('DROP COLUMN;')], [missing, unwritten]);
  const whole = cell(
    'unrecorded',
    [step('END;', { concerns: 'sessions' }), step('DROP INDEX;'), step('DROP COLUMN;'), step('DELETE;', { concerns: 'history' })],
    [unwritten],
  );
  const rollback = (specs: Parameters<typeof runOf>[2], id: string) => {
    const run = runOf([statement(1, 1)], [], specs);
    const chosen = run.results[id];
    return chosen && rollbackOf(run, chosen);
  };

  it('undoes the whole migration, whichever cell is chosen, and leaves sessions and history alone', () => {
    const statements = ['DROP INDEX;', 'DROP COLUMN;'];
    expect(rollback([half, whole], 'crash@after:1')).toEqual({ statements, ofWhole: true });
    expect(rollback([half, whole], 'crash@unrecorded')).toEqual({ statements, ofWhole: false });
  });

  it('is the plan at hand where no cell came to the end, and nothing where nothing is to be undone', () => {
    expect(rollback([half], 'crash@after:1')).toEqual({ statements: ['DROP COLUMN;'], ofWhole: false });
    expect(rollback([cell('after', [step('DELETE;', { concerns: 'history' })], [missing])], 'crash@after:1')).toBeUndefined();
  });
});

describe('the story of a cell', () => {
  it('is the one that was told, else made of what was measured', () => {
    expect(storyOf({ ...result, story: 'It was told.' })).toBe('It was told.');
    expect(storyOf(result)).toBe('The server crashed after statement 1. Part of it is done, and running it again fails: it needs repair.');
  });

  it('says why nothing needs to be done', () => {
    expect(nothingToDo({ ...result, verdict: 'rolled-back' })).toContain('exactly as before');
    const recorded = [{ table: 'history', row: { version: '1' } }];
    expect(nothingToDo({ ...result, verdict: 'complete', bookkeeping: recorded })).toContain('recorded as applied');
    expect(nothingToDo({ ...result, verdict: 'complete', bookkeeping: [] })).toContain('No history says so');
    expect(nothingToDo(result)).toBeUndefined();
  });
});

describe('the timeline', () => {
  it('puts statements side by side to scale, and a lock until it is released', () => {
    const bars = timelineOf([statement(1, 1, 'ACCESS EXCLUSIVE', 10, 40), statement(2, 1, 'ROW EXCLUSIVE', 30)], 'postgres');
    expect(bars.get(1)).toMatchObject({ start: 0, length: 0.25, lockLength: 1, weight: 'all' });
    expect(bars.get(2)).toMatchObject({ start: 0.25, length: 0.75, lockLength: 0.75, weight: 'none' });
    expect(timelineOf([statement(1, 1, 'SHARE', 0)], 'postgres').get(1)).toMatchObject({ start: 0, length: 0 });
  });

  it('weighs a lock as its engine does', () => {
    const weightOf = (engine: string) => timelineOf([statement(1, 1, 'EXCLUSIVE', 10)], engine).get(1)?.weight;
    expect(weightOf('postgres')).toBe('writers');
    expect(weightOf('mysql')).toBe('all');
    expect(timelineOf([statement(1, 1, 'SHARED_NO_WRITE', 10)], 'mariadb').get(1)).toMatchObject({
      weight: 'writers',
      facts: expect.stringMatching(/^SHARED_NO_WRITE on /),
    });
  });

  it('names the lock that hurts most, and what it costs', () => {
    const locks = [
      { relation: 'public.a', mode: 'ROW EXCLUSIVE', heldMs: 9 },
      { relation: 'public.b', mode: 'SHARE', heldMs: 1 },
    ];
    expect(factsOf({ ...statement(1, 1), locks: [], rows: 2 }, 'mongodb')).toEqual(
      expect.arrayContaining(['no collection lock', '2 documents']),
    );
    expect(factsOf({ ...statement(1, 1), locks, rewrites: ['public.b'], rows: 2000 }, 'postgres')).toEqual([
      'SHARE on b',
      'rewrites b',
      '10 ms',
      '2,000 rows',
    ]);
  });
});
