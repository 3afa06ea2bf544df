import { describe, expect, it } from 'vitest';
import { type Course, committedAt, courseOf, keptStatements, pointsOf } from '../../../src/faults/course';
import type { CourseStatement } from '../../../src/faults/course-statement';
import { enumerateCells } from '../../../src/faults/enumerate';
import { faultKindsOf } from '../../../src/faults/kinds/registry';
import { cellId } from '../../../src/model/fault';
import type { Program } from '../../../src/model/migration';
import type { ExecutionPlan, PlannedTransaction, TransactionKind } from '../../../src/model/plan';
import type { RunStep } from '../../../src/model/run-protocol';

/** A statement that is undone as a whole when it is interrupted, and waits for the lock of a table that was there before. */
function statement(index: number, request: readonly number[]): CourseStatement {
  const position = { line: 0, character: 0 };
  const text = 'ALTER TABLE t ADD COLUMN c text';
  return {
    index,
    statement: { index, text, sent: text, range: { start: position, end: position }, span: { start: 0, end: text.length }, operations: [] },
    cost: 'metadata',
    locks: [{ relation: 't', mode: 'ACCESS EXCLUSIVE', name: { name: 't' } }],
    interrupted: 'undone',
    escapes: false,
    commitsImplicitly: false,
    request,
  };
}

function course(kind: TransactionKind, groups: readonly (readonly number[])[], more: Partial<Course> = {}): Course {
  const transactions: PlannedTransaction[] = groups.map((statements, position) => ({ index: position + 1, kind, statements }));
  const numbers = groups.flat();
  return {
    engine: { name: 'postgres', major: 18 },
    statementCount: numbers.length,
    statements: numbers.map((index) => statement(index, kind === 'implicit' ? numbers : [index])),
    transactions,
    recordsAfterwards: false,
    recordsInTransaction: false,
    unlocks: false,
    records: [],
    preparesBeforehand: false,
    ...more,
  };
}

const autocommit = course('autocommit', [[1], [2], [3]]);
const wrapped = course('framework', [[1, 2, 3]], { recordsAfterwards: true, recordsInTransaction: true });
const request = course('implicit', [[1, 2, 3]], {
  recordsAfterwards: true,
  preparesBeforehand: true,
  unlocks: true,
});

const all = { faults: 'all', points: 'all', collapse: true } as const;
const names = (of: Course) =>
  pointsOf(of).map((point) => (point.statement === undefined ? point.kind : `${point.kind} ${point.statement}`));
const sameAs = (of: Course, fault: string) =>
  Object.fromEntries(
    enumerateCells(of, all)
      .filter((cell) => cell.fault === fault && cell.sameAs !== undefined)
      .map((cell) => [cell.id, cell.sameAs]),
  );

describe('points', () => {
  it('stand at every statement boundary', () => {
    expect(names(autocommit)).toEqual(['start', ...[1, 2, 3].flatMap((k) => [`before ${k}`, `during ${k}`, `after ${k}`])]);
  });

  it('put the history write before the commit where the framework writes it in the transaction', () => {
    expect(names(wrapped).slice(-3)).toEqual(['after 3', 'unrecorded', 'commit 3']);
  });

  it('have no commit of its own for a single request, and an unlock where there is a lock', () => {
    expect(names(request).slice(-3)).toEqual(['after 3', 'unrecorded', 'unlock']);
  });
});

describe('what is committed', () => {
  it('is every finished statement under autocommit', () => {
    expect(committedAt(autocommit, { kind: 'before', statement: 3 })).toBe(2);
    expect(committedAt(autocommit, { kind: 'after', statement: 3 })).toBe(3);
  });

  it("is nothing before a framework's COMMIT", () => {
    expect(committedAt(wrapped, { kind: 'after', statement: 3 })).toBe(0);
    expect(committedAt(wrapped, { kind: 'unrecorded' })).toBe(0);
    expect(committedAt(wrapped, { kind: 'commit', statement: 3 })).toBe(3);
  });

  it('is the first transaction when the second begins', () => {
    const two = course('framework', [[1, 2], [3]]);
    expect(committedAt(two, { kind: 'after', statement: 2 })).toBe(0);
    expect(committedAt(two, { kind: 'before', statement: 3 })).toBe(2);
  });
});

describe('collapsing', () => {
  it('joins the end of a statement with the beginning of the next', () => {
    expect(sameAs(autocommit, 'crash')).toEqual({
      'crash@before:1': 'crash@start',
      'crash@during:1': 'crash@start',
      'crash@before:2': 'crash@after:1',
      'crash@during:2': 'crash@after:1',
      'crash@before:3': 'crash@after:2',
      'crash@during:3': 'crash@after:2',
    });
  });

  it('joins all points before the COMMIT of one transaction', () => {
    const joined = sameAs(wrapped, 'disconnect');
    expect(Object.keys(joined)).toHaveLength(10);
    expect(new Set(Object.values(joined))).toEqual(new Set(['disconnect@start']));
    expect(joined['disconnect@commit:3']).toBeUndefined();
  });

  it('lets a server finish the request that it has received when the client is gone', () => {
    const joined = sameAs(request, 'disconnect');
    expect(joined['disconnect@before:2']).toBe('disconnect@after:1');
    expect(joined['disconnect@after:3']).toBe('disconnect@after:1');
    expect(joined['disconnect@before:1']).toBeUndefined();
    expect(sameAs(request, 'crash')['crash@after:3']).toBeUndefined();
  });

  it('gives every possible cell a run of its own when it is switched off', () => {
    expect(enumerateCells(wrapped, { ...all, collapse: false }).filter((cell) => cell.sameAs !== undefined)).toEqual([]);
  });

  it('never points to a cell that is impossible or collapsed itself', () => {
    for (const of of [autocommit, wrapped, request]) {
      const cells = new Map(enumerateCells(of, all).map((cell) => [cell.id, cell]));
      for (const cell of cells.values()) {
        if (cell.sameAs === undefined) continue;
        expect(cells.get(cell.sameAs)).toMatchObject({ fault: cell.fault });
        expect(cells.get(cell.sameAs)?.sameAs).toBeUndefined();
        expect(cells.get(cell.sameAs)?.impossible).toBeUndefined();
      }
    }
  });
});

describe('the matrix', () => {
  it('shows what is impossible, with the reason, and leaves nothing out', () => {
    const cells = enumerateCells(autocommit, all);
    expect(cells).toHaveLength(10 * faultKindsOf('postgres').length);
    const general = ['error', 'disconnect', 'kill-session', 'crash', 'lost-ack'];
    const impossible = cells.filter((cell) => cell.impossible !== undefined && general.includes(cell.fault)).map((cell) => cell.id);
    expect(impossible).toEqual([
      'error@start',
      'error@during:1',
      'error@after:1',
      'error@during:2',
      'error@after:2',
      'error@during:3',
      'error@after:3',
      'lost-ack@start',
      'lost-ack@before:1',
      'lost-ack@before:2',
      'lost-ack@before:3',
    ]);
  });

  it('takes points by kind and by statement', () => {
    const cells = enumerateCells(autocommit, { faults: ['crash'], points: ['start', 'after:2'], collapse: false });
    expect(cells.map((cell) => cell.id)).toEqual([cellId('crash', { kind: 'start' }), cellId('crash', { kind: 'after', statement: 2 })]);
  });
});

describe('what a tool writes of its own between transactions', () => {
  // Two transactions, the first recorded by a write of its own behind its COMMIT.
  const records = [
    { before: 1, committed: 1 },
    { before: 1, committed: 1 },
    { before: 2, committed: 2 },
  ];
  const between = course('framework', [[1, 2], [3]], { records });

  it('keeps the points on both sides of it apart', () => {
    const cells = enumerateCells(between, { faults: ['crash'], points: 'all', collapse: true });
    const sameAs = Object.fromEntries(cells.map((cell) => [cell.id, cell.sameAs]));
    expect(sameAs['crash@before:3']).not.toBe('crash@commit:2');
    expect(sameAs['crash@after:2']).toBe('crash@before:1');
    expect(sameAs['crash@after:3']).toBe('crash@before:3');
  });

  it('counts what is committed, and not what an open transaction holds', () => {
    const steps: RunStep[] = [
      { kind: 'record', text: '' },
      { kind: 'begin', text: '' },
      { kind: 'statements', statements: [1], text: '' },
      { kind: 'record', text: '' },
      { kind: 'statements', statements: [2], text: '' },
      { kind: 'commit', text: '' },
      { kind: 'record', text: '' },
      { kind: 'statements', statements: [3], text: '' },
    ];
    const statements = between.statements.map((planned) => planned.statement);
    const span = { start: 0, end: 0 };
    const program: Program = {
      direction: 'up',
      path: '',
      span,
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: '' },
    };
    const plan: ExecutionPlan = {
      engine: { name: 'postgres', major: 18 },
      direction: 'up',
      transactions: between.transactions,
      statements: [],
      atomic: false,
      summary: '',
    };
    expect(courseOf(program, plan, steps).records).toEqual([
      { before: 1, committed: 2 },
      { before: 1, committed: 2 },
      { before: 3, committed: 3 },
    ]);
  });
});

describe('statements that stay when the server has finished them', () => {
  const transactions = [
    { index: 1, kind: 'autocommit', statements: [1] },
    { index: 2, kind: 'explicit', statements: [2, 3, 4] },
    { index: 3, kind: 'autocommit', statements: [5] },
  ] as const;
  const course = (name: 'mongodb' | 'postgres') => ({ engine: { name, major: 8 }, transactions }) as unknown as Course;

  it('are those of no transaction, and those of one that ended, where code may send several at once', () => {
    expect(keptStatements(course('mongodb'), new Set([2, 3, 5]))).toEqual([5]);
    expect(keptStatements(course('mongodb'), new Set([1, 2, 3, 4]))).toEqual([1, 2, 3, 4]);
    expect(keptStatements(course('postgres'), new Set([5]))).toEqual([]);
  });
});
