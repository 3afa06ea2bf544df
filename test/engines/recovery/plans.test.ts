import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAll } from '../../../src/engines/postgres/ask';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/postgres/steps';
import { sql as plainSql } from '../../../src/frameworks/sql';
import type { Migration } from '../../../src/model/migration';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { type DraftPlan, planRecovery, type RecoverySituation, recoveryProbes } from '../../../src/recovery/plan';
import { type AnswerRow, type Probe, probeKey } from '../../../src/recovery/probe';
import { asWritten } from '../../../src/recovery/situation';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { startSandbox } from '../execute/laboratory';
import { type Case, cases, shop } from './cases';

let sandbox: Sandbox;
let before: State;
let count = 0;

beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox(18);
  await sandbox.createDatabase('shop');
  await sandbox.query(shop, 'shop');
  before = await capture('shop');
}, 120_000);

afterAll(() => sandbox?.dispose());

function capture(database: string): Promise<State> {
  return withControlClient(sandbox.address(database), (client) =>
    captureState(client, { bookkeepingTables: [], volatile: {}, columnHashes: true }),
  );
}

/** The situation with what its databases answer, as the runner completes it. `source` is a database in the state before. */
async function withAnswers(situation: RecoverySituation, source: string, partial: string): Promise<RecoverySituation> {
  const probes = recoveryProbes(situation);
  const answers = new Map<string, readonly AnswerRow[]>();
  const ask = async (database: string, which: Probe['database']) => {
    const own = probes.filter((probe) => probe.database === which);
    const rows = await askAll(
      sandbox.address(database),
      own.map(({ text }) => text),
    );
    for (const [place, probe] of own.entries()) answers.set(probeKey(probe), rows[place] ?? []);
  };
  await ask(partial, 'partial');
  await onClone(source, (database) => ask(database, 'before'));
  return { ...situation, answers };
}

async function onClone<T>(source: string, work: (database: string) => Promise<T>): Promise<T> {
  count += 1;
  const database = `recovery_${count}`;
  await sandbox.cloneDatabase(source, database);
  try {
    return await work(database);
  } finally {
    await sandbox.dropDatabases([database]);
  }
}

async function run(database: string, texts: readonly string[]): Promise<void> {
  const executed = await executeSteps(sandbox.address(database), texts, new AbortController().signal);
  if (!executed.ok) throw new Error(`${executed.error.message}: ${texts[executed.step]}`);
}

function migrationOf(text: string): Migration {
  const [read] = plainSql.read([{ path: '001_change.sql', text }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
  if (!read?.ok) throw new Error('The sample was not read.');
  return read.value;
}

interface Proof {
  readonly plan: DraftPlan;
  readonly exact: boolean;
  readonly exceptLoss: boolean;
  readonly problem: string;
}

/** Executes candidates until one is proven, as the runner does. */
async function best(
  partial: string,
  drafts: readonly DraftPlan[],
  target: State,
  reference: { before: State; after: State },
): Promise<Proof> {
  const proofs: Proof[] = [];
  for (const plan of drafts) {
    const proof = await onClone(partial, async (database): Promise<Proof> => {
      const texts = plan.steps.filter((step) => step.language === 'sql').map((step) => step.text);
      const executed = await executeSteps(sandbox.address(database), texts, new AbortController().signal);
      if (!executed.ok) return { plan, exact: false, exceptLoss: false, problem: `${executed.error.message}: ${texts[executed.step]}` };
      const state = await capture(database);
      const loss = plan.loss ?? [];
      const exact = plan.loses === undefined && fingerprint(state, reference) === fingerprint(target, reference);
      const exceptLoss = fingerprint(maskLost(state, loss), reference) === fingerprint(maskLost(target, loss), reference);
      return { plan, exact, exceptLoss, problem: JSON.stringify(stateDifferences(maskLost(target, loss), maskLost(state, loss))) };
    });
    if (proof.exact) return proof;
    proofs.push(proof);
  }
  const [first] = [...proofs].sort((a, b) => Number(b.exceptLoss) - Number(a.exceptLoss));
  if (first === undefined) throw new Error('There is no candidate.');
  return first;
}

describe.each(cases)('$name', (subject: Case) => {
  const points = subject.leftover ? [subject.leftover.after] : [];
  test('both ways out of every partial state', async () => {
    const migration = migrationOf(subject.migration);
    const statements = migration.up.statements;
    const plan = planProgram(migration, 'up', before.catalog);
    const after = await onClone('shop', async (database) => {
      await run(database, statements.map(asWritten));
      return capture(database);
    });
    const boundaries = plan.transactions
      .map((transaction) => Math.max(...transaction.statements))
      .filter((last) => last < statements.length);
    for (const completed of subject.leftover ? points : boundaries) {
      await onClone('shop', async (database) => {
        await run(database, [...statements.slice(0, completed).map(asWritten), ...(subject.leftover?.sql ?? [])]);
        const partial = await capture(database);
        const situation = {
          migration,
          plan,
          protocol: plainSql.run(migration.engine),
          before,
          after,
          partial,
          completed,
          retryReaches: 'error' as const,
        };
        const drafts = planRecovery(await withAnswers(situation, 'shop', database));
        const back = await best(database, drafts.back, before, { before, after });
        const forward = await best(database, drafts.forward, after, { before, after });
        const label = `${subject.name}, ${completed} done`;
        const lossy = completed >= (subject.losesAfter ?? 99);
        expect
          .soft({ back: label, exact: back.exact, exceptLoss: back.exceptLoss, ...(back.exceptLoss ? {} : { problem: back.problem }) })
          .toEqual({
            back: label,
            exact: !lossy,
            exceptLoss: true,
          });
        expect.soft(back.plan.loses !== undefined).toBe(lossy);
        expect
          .soft({ forward: label, exact: forward.exact, ...(forward.exact ? {} : { problem: forward.problem }) })
          .toEqual({ forward: label, exact: true });
      });
    }
  });
});

describe('unlogged tables after a crash', () => {
  const text = `INSERT INTO staging SELECT g, 'raw ' || g FROM generate_series(1, 5) g;
    INSERT INTO customers (email) SELECT raw FROM staging; CREATE TABLE done (id integer);`;

  async function crashedAfterFirst(
    source: string,
    work: (partial: string, start: State, after: State, migration: Migration) => Promise<void>,
  ) {
    const migration = migrationOf(text);
    const start = await capture(source);
    const after = await onClone(source, async (database) => {
      await run(
        database,
        migration.up.statements.map((statement) => statement.sent),
      );
      return capture(database);
    });
    await onClone(source, async (database) => {
      await run(database, [migration.up.statements[0]?.sent ?? '']);
      await sandbox.crash();
      await work(database, start, after, migration);
    });
  }

  const plansFor = async (partial: string, start: State, after: State, migration: Migration) =>
    planRecovery({
      migration,
      plan: planProgram(migration, 'up', start.catalog),
      protocol: plainSql.run(migration.engine),
      before: start,
      after,
      partial: await capture(partial),
      completed: 1,
      retryReaches: 'error',
    });

  test('what the migration had put in is put in again on the way forward', () =>
    crashedAfterFirst('shop', async (partial, start, after, migration) => {
      const drafts = await plansFor(partial, start, after, migration);
      const forward = await best(partial, drafts.forward, after, { before: start, after });
      expect(forward.problem).toBe('[]');
      expect(forward.exact).toBe(true);
      expect(forward.plan.steps[0]?.title).toBe('Run statement 1 again');
      expect((await best(partial, drafts.back, start, { before: start, after })).exact).toBe(true);
    }));

  test('what was in before is lost, and said to be', () =>
    onClone('shop', async (loaded) => {
      await run(loaded, ["INSERT INTO staging VALUES (100, 'raw 100')"]);
      await crashedAfterFirst(loaded, async (partial, start, after, migration) => {
        const drafts = await plansFor(partial, start, after, migration);
        for (const plan of [...drafts.back, ...drafts.forward]) expect(plan.loses).toMatch(/staging.*a crash empties an unlogged table/);
        expect((await best(partial, drafts.back, start, { before: start, after })).exceptLoss).toBe(true);
      });
    }));
});

test('changing a step by hand makes the verification fail', async () => {
  const migration = migrationOf(
    'ALTER TABLE orders ADD COLUMN a integer; ALTER TABLE orders ADD COLUMN b integer; ALTER TABLE orders ADD COLUMN c integer;',
  );
  const statements = migration.up.statements.map((statement) => statement.sent);
  const plan = planProgram(migration, 'up', before.catalog);
  const after = await onClone('shop', async (database) => {
    await run(database, statements);
    return capture(database);
  });
  await onClone('shop', async (database) => {
    await run(database, statements.slice(0, 2));
    const partial = await capture(database);
    const drafts = planRecovery({
      migration,
      plan,
      protocol: plainSql.run(migration.engine),
      before,
      after,
      partial,
      completed: 2,
      retryReaches: 'error',
    });
    for (const [draft, target] of [
      [drafts.back[0], before],
      [drafts.forward[0], after],
    ] as const) {
      if (draft === undefined) throw new Error('There is no plan.');
      expect((await best(database, [draft], target, { before, after })).exact).toBe(true);
      const forged = {
        ...draft,
        steps: draft.steps.map((step) => ({
          ...step,
          text: step.text.replace(/COLUMN (a|c)\b/, 'COLUMN note').replace('ADD COLUMN note', 'ADD COLUMN d'),
        })),
      };
      expect((await best(database, [forged], target, { before, after })).exact).toBe(false);
      const shorter = { ...draft, steps: draft.steps.slice(1) };
      expect((await best(database, [shorter], target, { before, after })).exact).toBe(false);
    }
  });
});
