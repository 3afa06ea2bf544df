import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatementMeasure } from '../../../src/engines/measure';
import { builtInCarrier } from '../../../src/engines/postgres/execution/execution';
import { Meter } from '../../../src/engines/postgres/measure/measure';
import { sql } from '../../../src/frameworks/sql';
import { emptyCatalog } from '../../../src/model/catalog';
import { defaultEngine } from '../../../src/model/engine';
import type { Migration, Program } from '../../../src/model/migration';
import type { ExecutionPlan } from '../../../src/model/plan';
import { postgresLockModes } from '../../../src/model/plan';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { planProgram } from '../../../src/plan/plan';
import { replay } from '../../../src/schema/virtual-schema';
import { commonSetup, type Sample, samples } from '../plan/statements';
import { database, majors, startServer } from '../rules/server';

beforeAll(loadParser);

const longWork = 'INSERT INTO t (id, a, g) SELECT n, n, n FROM generate_series(1000, 100000) n;';

/** Statements that the server refuses in a transaction: they are watched from outside. */
const alone: readonly Sample[] = [
  { statement: 'CREATE INDEX CONCURRENTLY x ON t (a)', cost: 'build' },
  { statement: 'DROP INDEX CONCURRENTLY t_a', cost: 'metadata' },
  { statement: 'REINDEX TABLE CONCURRENTLY t', cost: 'build' },
  { statement: 'REINDEX INDEX CONCURRENTLY t_a', cost: 'build' },
  // Watched from outside, it must take longer than the time from one look to the next.
  { statement: 'VACUUM t', cost: 'scan', setup: longWork },
  { statement: 'VACUUM FULL t', cost: 'rewrite' },
];

const statementsOf = (text: string) => readStatements(text, { start: 0, end: text.length }, {});

function migrationOf(text: string, major: number, execution: Partial<Program['execution']> = {}): Migration {
  const up: Program = {
    direction: 'up',
    path: '1.sql',
    span: { start: 0, end: text.length },
    statements: statementsOf(text),
    execution: { requests: 'per-statement', wrapped: false, because: '', ...execution },
  };
  return { id: '1', title: '1', framework: 'sql', engine: { name: 'postgres', major }, up };
}

/** As golang-migrate sends it: all statements in one request. */
const oneRequest: RunProtocol = {
  ...sql.run(defaultEngine),
  steps: ({ up: { statements } }) => [
    { kind: 'statements', statements: statements.map(({ index }) => index), text: statements.map(({ sent }) => `${sent};`).join('\n') },
  ],
};

interface Measured {
  readonly plan: ExecutionPlan;
  readonly measures: ReadonlyMap<number, StatementMeasure>;
  readonly result: string;
}

async function measure(sandbox: Sandbox, setup: string, migration: Migration, bare?: readonly number[]): Promise<Measured> {
  const plan = planProgram(migration, 'up', replay(emptyCatalog, statementsOf(setup)));
  const address = await database(sandbox, setup);
  const unfit = plan.statements.filter(({ transactional }) => !transactional).map(({ statement }) => statement.index);
  const instrument = await Meter.open(address, new Set(bare ?? unfit));
  const protocol = migration.up.execution.requests === 'single-request' ? oneRequest : sql.run(defaultEngine);
  const execution = builtInCarrier(migration, protocol).start({ address, instrument, signal: new AbortController().signal });
  try {
    const { result, error } = await execution.outcome;
    const measures = await instrument.close();
    return { plan, measures, result: error === undefined ? result : `${result}: ${error.message}` };
  } finally {
    await execution.close();
    await instrument.close();
  }
}

const strength = (mode: string) => (postgresLockModes as readonly string[]).indexOf(mode);
const felt = (mode: string) => strength(mode) >= strength('SHARE UPDATE EXCLUSIVE');

type Locks = readonly { readonly relation: string; readonly mode: string }[];

/** Indexes of the samples' tables; a lock on one is only told where its table is locked less. */
const indexes = ['t_a', 't_b', 't_g', 't_pkey'];

/** Relations to modes, of those locks that others can feel. TOAST tables are beside what a plan can know. */
function lockTable(locks: Locks): Record<string, string> {
  const strongest = Math.max(...locks.filter(({ relation }) => relation === 't').map(({ mode }) => strength(mode)));
  const told = locks.filter(({ relation, mode }) => {
    if (relation.startsWith('TOAST of ') || !felt(mode)) return false;
    return !indexes.includes(relation) || strength(mode) > strongest;
  });
  return Object.fromEntries(told.map(({ relation, mode }) => [relation, mode]));
}

describe.each(majors)('what a statement takes, measured on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  const ours = [...samples, ...alone].filter(({ since = 0 }) => since <= major);
  it.each(ours.map((sample) => [`${sample.setup ?? ''} ${sample.statement}`.trim(), sample] as const))('%s', async (_, sample) => {
    const migration = migrationOf(sample.statement, major, { wrapped: /^LOCK/.test(sample.statement) });
    const { plan, measures, result } = await measure(sandbox, commonSetup + (sample.setup ?? ''), migration);
    expect(result).toBe('success');
    const planned = plan.statements.at(-1);
    const last = measures.get(planned?.statement.index ?? 0);
    if (planned === undefined || last === undefined) throw new Error('nothing was measured');
    expect(lockTable(last.taken)).toEqual(lockTable(planned.locks));
    expect(last.rewrites.length > 0).toBe(planned.cost === 'rewrite');
    // What changes nothing (a constraint that is valid already) is metadata to the plan and no log to the server.
    if (!['none', 'metadata'].includes(planned.cost)) expect(last.walBytes).toBeGreaterThan(0);
  });

  it('counts the rows of triggers and cascades, and log in proportion', async () => {
    const setup = `CREATE TABLE a (id int PRIMARY KEY, t text); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a ON DELETE CASCADE);
      CREATE TABLE log (n int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NULL; END $$;
      CREATE TRIGGER noted AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION note();
      INSERT INTO a SELECT n, repeat('x', 200) FROM generate_series(1, 100) n; INSERT INTO b SELECT n, 1 + n % 50 FROM generate_series(1, 100) n`;
    const text = `UPDATE a SET t = t || 'y' WHERE id <= 10; DELETE FROM a WHERE id <= 20; DROP TABLE log; UPDATE b SET a_id = a_id; SELECT 1`;
    for (const wrapped of [false, true]) {
      const { measures, result } = await measure(sandbox, setup, migrationOf(text, major, { wrapped }));
      expect(result).toBe('success');
      // Ten rows and their ten notes; twenty and the two of b that refer to each; then the sixty that are left.
      expect([...measures.values()].map(({ rows }) => rows)).toEqual([20, 60, 0, 60, 0]);
      const [update, , , all, none] = [...measures.values()].map(({ walBytes }) => walBytes);
      expect(update).toBeGreaterThan(10 * 200);
      expect(all).toBeGreaterThan(60 * 30);
      expect(none).toBeLessThan(100);
    }
  });

  it('tells the statements of one request apart, and locks that an earlier one has already', async () => {
    const text = 'ALTER TABLE t ADD COLUMN n int; CREATE INDEX x ON u (name); ALTER TABLE t ADD COLUMN o int';
    const { measures } = await measure(sandbox, commonSetup, migrationOf(text, major, { requests: 'single-request' }));
    expect([...measures.values()].map(({ taken }) => lockTable(taken))).toEqual([{ t: 'ACCESS EXCLUSIVE' }, { u: 'SHARE' }, {}]);
    expect(lockTable(measures.get(3)?.held ?? [])).toEqual({ t: 'ACCESS EXCLUSIVE', u: 'SHARE' });
  });

  it('says nothing of tables that nobody else knows', async () => {
    const text =
      'CREATE TABLE fresh (a int, b text); ALTER TABLE fresh ALTER COLUMN a TYPE bigint; INSERT INTO fresh SELECT n FROM generate_series(1, 9) n';
    const { measures } = await measure(sandbox, 'CREATE TABLE other (a int)', migrationOf(text, major, { wrapped: true }));
    expect([...measures.values()].map(({ taken, rows }) => [taken, rows])).toEqual([
      [[], 0],
      [[], 0],
      [[], 9],
    ]);
  });

  it('does not call a truncated table rewritten, and names what a rewrite of a partitioned one writes', async () => {
    const first = await measure(sandbox, commonSetup, migrationOf('TRUNCATE t', major));
    expect(first.measures.get(1)).toMatchObject({ rewrites: [], taken: [{ relation: 't', mode: 'ACCESS EXCLUSIVE' }] });
    const second = await measure(sandbox, commonSetup, migrationOf('ALTER TABLE p ADD COLUMN n float8 DEFAULT random()', major));
    expect(second.measures.get(1)?.rewrites).toEqual(['p1']);
    expect(lockTable(second.measures.get(1)?.taken ?? [])).toEqual({ p: 'ACCESS EXCLUSIVE', p1: 'ACCESS EXCLUSIVE' });
  });

  it('goes on when the migration has timeouts, no search path and a weak role', async () => {
    const text = `SET search_path = ''; SET statement_timeout = '5s'; SET lock_timeout = '1s'; SET ROLE pg_monitor; RESET ROLE;
      ALTER TABLE public.t ADD COLUMN n int; CREATE INDEX CONCURRENTLY x ON public.t (n)`;
    const { measures, result } = await measure(sandbox, commonSetup, migrationOf(text, major));
    expect(result).toBe('success');
    expect([...measures.values()].map(({ taken }) => lockTable(taken))).toEqual([
      { t: 'ACCESS EXCLUSIVE' },
      { t: 'SHARE UPDATE EXCLUSIVE' },
    ]);
  });
});
