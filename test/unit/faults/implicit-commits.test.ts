import { beforeAll, describe, expect, it } from 'vitest';
import { type Course, courseOf, pointsOf } from '../../../src/faults/course';
import { enumerateCells } from '../../../src/faults/enumerate';
import { faultKind } from '../../../src/faults/kinds/registry';
import { cellId, type FaultName } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { RunStep } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { planProgram } from '../../../src/plan/plan';

beforeAll(() => loadParser());

const engine = { name: 'mysql', major: 9 } as const;

/** A program that its framework wraps, and records within. */
function courseOfText(text: string): Course {
  const statements = readText(text, engine);
  const migration: Migration = {
    id: '1',
    title: 'sample',
    framework: 'sql',
    engine,
    up: {
      direction: 'up',
      path: 'sample.sql',
      span: { start: 0, end: text.length },
      statements,
      execution: { requests: 'per-statement', wrapped: true, because: 'the test says so' },
    },
  };
  const steps: RunStep[] = [
    { kind: 'begin', text: 'START TRANSACTION' },
    ...statements.map(({ index, sent }): RunStep => ({ kind: 'statements', statements: [index], text: sent })),
    { kind: 'record', text: 'INSERT INTO history VALUES (1)' },
    { kind: 'commit', text: 'COMMIT' },
  ];
  return courseOf(migration.up, planProgram(migration, 'up'), steps);
}

const mixed = 'UPDATE a SET v = 1; CREATE TABLE b (id int); UPDATE a SET v = 2;';

describe('a transaction that a definition ends', () => {
  it.each<[FaultName, string, number]>([
    // The update waits for the definition to commit it.
    ['kill-session', 'after:1', 0],
    ['kill-session', 'before:2', 0],
    ['kill-session', 'during:2', 1],
    ['disconnect', 'before:2', 0],
    ['crash', 'after:2', 2],
    ['kill-session', 'after:3', 3],
    // A definition that is refused has committed what came before it.
    ['error', 'before:2', 1],
    ['error', 'before:1', 0],
  ])('%s@%s leaves %i statements', (fault, place, expected) => {
    const course = courseOfText(mixed);
    const point = pointsOf(course).find((each) => cellId(fault, each) === `${fault}@${place}`);
    expect(point).toBeDefined();
    expect(point && faultKind(fault)?.completed(course, point)).toBe(expected);
  });

  it('has no COMMIT of its own, and the history is not written in it', () => {
    const course = courseOfText(mixed);
    expect(course.recordsInTransaction).toBe(false);
    expect(pointsOf(course).map(({ kind }) => kind)).not.toContain('commit');
  });

  it('is one where no definition comes', () => {
    const course = courseOfText('UPDATE a SET v = 1; UPDATE a SET v = 2;');
    expect(course.recordsInTransaction).toBe(true);
    expect(pointsOf(course).at(-1)).toEqual({ kind: 'commit', statement: 2 });
  });

  it('numbers that were drawn keep cells apart', () => {
    const sameAs = (text: string): string | undefined =>
      enumerateCells(courseOfText(text), { faults: ['kill-session'], points: 'all', collapse: true }).find(
        ({ id }) => id === 'kill-session@after:1',
      )?.sameAs;
    expect(sameAs('UPDATE a SET v = 1; UPDATE a SET v = 2;')).toBe('kill-session@start');
    expect(sameAs('INSERT INTO a (v) VALUES (1); UPDATE a SET v = 2;')).not.toBe('kill-session@start');
  });

  it('what a server can not do says why', () => {
    const cells = enumerateCells(courseOfText(mixed), { faults: 'all', points: 'all', collapse: true });
    const why = (id: string): string | undefined => cells.find((cell) => cell.id === id)?.impossible;
    expect(why('statement-timeout@during:1')).toMatch(/max_execution_time is for SELECT alone/);
    expect(why('deadlock@during:2')).toMatch(/holds no rows/);
    expect(why('deadlock@during:1')).toBeUndefined();
  });
});
