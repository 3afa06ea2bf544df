import { beforeAll, describe, expect, it } from 'vitest';
import { type Course, courseOf } from '../../../src/faults/course';
import { enumerateCells } from '../../../src/faults/enumerate';
import { faultKindsOf } from '../../../src/faults/kinds/registry';
import type { FaultName, PlannedCell } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { planProgram } from '../../../src/plan/plan';

beforeAll(() => loadParser());

function courseOfText(text: string, wrapped = false): Course {
  const span = { start: 0, end: text.length };
  const statements = readStatements(text, span, {});
  const migration: Migration = {
    id: '1',
    title: 'sample',
    framework: 'sql',
    engine: { name: 'postgres', major: 18 },
    up: { direction: 'up', path: 'sample.sql', span, statements, execution: { requests: 'per-statement', wrapped, because: '' } },
  };
  const requests = statements.map(({ index, sent }) => ({ kind: 'statements', statements: [index], text: sent }) as const);
  return courseOf(migration.up, planProgram(migration, 'up'), requests);
}

function cell(course: Course, id: string): PlannedCell | undefined {
  return enumerateCells(course, { faults: 'all', points: 'all', collapse: true }).find((each) => each.id === id);
}

const general: readonly FaultName[] = ['disconnect', 'kill-session', 'crash', 'lost-ack'];

describe('what stays of a statement that is struck inside', () => {
  it.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'REINDEX TABLE CONCURRENTLY t',
    'DROP INDEX CONCURRENTLY i',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    'CALL backfill()',
    'DO $$ BEGIN UPDATE t SET a = 1; COMMIT; END $$',
    'VACUUM t',
    "SELECT setval('s', 100)",
    'SELECT backfill_all()',
  ])('depends on where it was: %s', (text) => {
    const course = courseOfText(text);
    for (const fault of ['kill-session', 'crash', 'statement-timeout'] as const) {
      expect(cell(course, `${fault}@during:1`)).toEqual({ id: `${fault}@during:1`, point: { kind: 'during', statement: 1 }, fault });
    }
    // The server goes on alone, and finishes it.
    expect(cell(course, 'disconnect@during:1')?.sameAs).toBe('disconnect@after:1');
    expect(cell(course, 'lost-ack@during:1')?.sameAs).toBe('lost-ack@after:1');
  });

  it.each([
    'ALTER TABLE t ALTER COLUMN a TYPE bigint',
    'UPDATE t SET a = 1',
    "ALTER TYPE mood ADD VALUE 'good'",
    'DO $$ BEGIN UPDATE t SET a = 1; END $$',
    'TRUNCATE t',
  ])('is nothing: %s', (text) => {
    const course = courseOfText(text);
    for (const fault of ['kill-session', 'crash'] as const) expect(cell(course, `${fault}@during:1`)?.sameAs).toBe(`${fault}@start`);
  });

  it('is nothing in a transaction block, where nothing can commit', () => {
    const course = courseOfText('CREATE TABLE t (a int); CALL fill();', true);
    expect(cell(course, 'crash@during:1')?.sameAs).toBe('crash@start');
    // A procedure may set a sequence all the same.
    expect(cell(course, 'crash@during:2')?.sameAs).toBeUndefined();
  });

  it('what no rollback takes back tells the points behind it apart', () => {
    const course = courseOfText("CREATE TABLE t (a int); SELECT setval('s', 9); CREATE TABLE u (a int);", true);
    expect(cell(course, 'crash@before:2')?.sameAs).toBe('crash@start');
    expect(cell(course, 'crash@after:2')?.sameAs).toBeUndefined();
    expect(cell(course, 'crash@before:3')?.sameAs).toBe('crash@after:2');
  });
});

describe('impossible inside', () => {
  it.each(['postgres', 'mysql', 'mongodb'] as const)('an error points to faults that %s has', (engine) => {
    const course: Course = { ...courseOfText('UPDATE t SET a = 1'), engine: { name: engine, major: 8 } };
    const why = cell(course, 'error@during:1')?.impossible ?? '';
    const known = faultKindsOf(engine).map(({ name }) => name);
    const named = why.match(/\w+-\w+|deadlock/g) ?? [];
    expect(named).toContain('statement-timeout');
    expect(named.filter((name) => !known.some((each) => each === name))).toEqual([]);
  });

  it('is every fault at what is over at once', () => {
    const course = courseOfText("BEGIN; SET lock_timeout = '1s'; CREATE TABLE t (a int); COMMIT;");
    for (const { name } of faultKindsOf('postgres')) {
      expect(cell(course, `${name}@during:2`)?.impossible, name).toBeDefined();
      if (name !== 'error') expect(cell(course, `${name}@during:4`)?.impossible, name).toMatch(/COMMIT/);
    }
    for (const fault of general) expect(cell(course, `${fault}@during:3`)?.impossible).toBeUndefined();
  });

  it('is a refusal, which has its own reasons there', () => {
    expect(cell(courseOfText('CREATE TABLE t (a int)'), 'error@during:1')?.impossible).toMatch(/lock-timeout/);
  });

  it("are a statement's own failures everywhere else", () => {
    const course = courseOfText('UPDATE t SET a = 1', true);
    for (const fault of ['lock-timeout', 'statement-timeout', 'deadlock'] as const) {
      expect(cell(course, `${fault}@before:1`)?.impossible).toBe('It strikes while a statement runs: see during:1.');
      expect(cell(course, `${fault}@during:1`)?.impossible).toBeUndefined();
    }
  });

  it.each<[string, boolean]>([
    ['CREATE TABLE t (a int)', true],
    ["CREATE TYPE mood AS ENUM ('good')", true],
    ['CREATE TABLE t (a int REFERENCES u (id))', false],
    ['CREATE TABLE t AS SELECT * FROM u', false],
    ['CREATE TABLE t (LIKE u)', false],
    ['INSERT INTO u VALUES (1)', false],
    ['SELECT f()', false],
    ['DROP TYPE mood', false],
  ])('is a lock-timeout where the text is sure to lock nothing of others: %s, %s', (text, sure) => {
    expect(cell(courseOfText(text), 'lock-timeout@during:1')?.impossible !== undefined).toBe(sure);
    expect(cell(courseOfText(text), 'deadlock@during:1')?.impossible !== undefined).toBe(sure);
  });

  it('is a lock-timeout on a table that the same transaction has made', () => {
    const text = 'CREATE TABLE t (a int); CREATE INDEX ON t (a); CREATE INDEX ON u (a);';
    expect(cell(courseOfText(text, true), 'lock-timeout@during:2')?.impossible).toBeDefined();
    expect(cell(courseOfText(text, true), 'lock-timeout@during:3')?.impossible).toBeUndefined();
    expect(cell(courseOfText(text, false), 'lock-timeout@during:2')?.impossible).toBeUndefined();
  });
});

it('timeouts of one transaction answer for each other; locks each for themselves', () => {
  const course = courseOfText('UPDATE t SET a = 1; UPDATE u SET a = 1;', true);
  expect(cell(course, 'statement-timeout@during:2')?.sameAs).toBe('statement-timeout@during:1');
  expect(cell(course, 'lock-timeout@during:2')?.sameAs).toBeUndefined();
  expect(cell(course, 'deadlock@during:2')?.sameAs).toBeUndefined();
});
