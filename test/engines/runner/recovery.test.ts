import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInCarrier } from '../../../src/engines/postgres/execution/execution';
import type { PlannedCell } from '../../../src/model/fault';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { type DraftPlan, planRecovery } from '../../../src/recovery/plan';
import { capture } from '../../../src/runner/capture';
import { Groundwork } from '../../../src/runner/groundwork';
import { Laboratory } from '../../../src/runner/laboratory';
import { type Observation, observe } from '../../../src/runner/observe';
import { verifyBest } from '../../../src/runner/recover';
import { isHarnessed, readSubject } from '../../../src/runner/subject';
import { databaseBefore, type Trace, traceMigration } from '../../../src/runner/trace';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { request, simulateFiles, verdictsOf, withFolder } from './simulating';

/** Three statements, nothing around them; the third is refused. */
const files = {
  '001_base.sql': 'CREATE TABLE accounts (id bigserial PRIMARY KEY, owner text NOT NULL, balance numeric(12,2) NOT NULL DEFAULT 0);',
  '002_three.sql': `
ALTER TABLE accounts ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR';
CREATE TABLE transfers (id bigserial PRIMARY KEY, source bigint NOT NULL REFERENCES accounts (id), amount numeric(12,2) NOT NULL);
CREATE INDEX CONCURRENTLY accounts_owner_idx ON accounts (owner);
`,
};

describe('three statements without a transaction, of which the third fails', () => {
  it('can be brought back to before and on to after', async () => {
    const simulation = await simulateFiles(files, '002_three.sql');
    const cell = simulation.cells.find(({ id }) => id === 'error@before:3');
    expect(cell?.verdict).toBe('broken');
    expect(cell?.retry).toMatchObject({ outcome: 'error', error: { code: '42701' } });
    expect(cell?.recovery?.back).toMatchObject({ verified: true, reached: simulation.states.before.fingerprint });
    expect(cell?.recovery?.forward).toMatchObject({ verified: true, reached: simulation.states.after?.fingerprint });
    expect(cell?.fingerprint).not.toBe(simulation.states.before.fingerprint);
  });

  it('has the same verdicts in a second run', async () => {
    const first = await simulateFiles(files, '002_three.sql');
    const second = await simulateFiles(files, '002_three.sql');
    expect(verdictsOf(second)).toEqual(verdictsOf(first));
    expect(second.states).toEqual(first.states);
  });
});

describe('the steps for the history', () => {
  const stepsFor = async (files: Readonly<Record<string, string>>, target: string, cells: readonly string[]) => {
    const simulation = await simulateFiles(files, target, { faults: ['error'] });
    return cells.map((id) => {
      const recovery = simulation.cells.find((cell) => cell.id === id)?.recovery;
      const titles = (way: 'back' | 'forward') =>
        recovery?.[way].steps.filter(({ concerns }) => concerns === 'history').map(({ title }) => title);
      return { back: titles('back'), forward: titles('forward'), verified: recovery?.back.verified && recovery.forward.verified };
    });
  };

  it('are left out of the way back where nothing was recorded', async () => {
    const goose = {
      '00001_base.sql': '-- +goose Up\nCREATE TABLE people (id int PRIMARY KEY);\n',
      '00002_age.sql':
        '-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE people ADD COLUMN age int;\nCREATE INDEX people_age ON people (age);\n',
    };
    expect(await stepsFor(goose, '00002_age.sql', ['error@before:2'])).toEqual([
      { back: [], forward: ['Record version 2 as applied'], verified: true },
    ]);
  });

  it('are there where a flag was left', async () => {
    const golangMigrate = {
      '000001_base.up.sql': 'CREATE TABLE people (id int PRIMARY KEY);',
      '000001_base.down.sql': 'DROP TABLE people;',
      '000002_age.up.sql': 'ALTER TABLE people ADD COLUMN age int;',
      '000002_age.down.sql': 'ALTER TABLE people DROP COLUMN age;',
    };
    expect(await stepsFor(golangMigrate, '000002_age.up.sql', ['error@before:1'])).toEqual([
      { back: ['Record version 1 as the current one'], forward: ['Record version 2 as applied'], verified: true },
    ]);
  });
});

describe('verification', () => {
  let sandbox: Sandbox;
  let laboratory: Laboratory;
  let trace: Trace;
  let observation: Observation;
  let partial: State;
  let drafts: { readonly back: readonly DraftPlan[]; readonly forward: readonly DraftPlan[] };

  beforeAll(async () => {
    const signal = new AbortController().signal;
    const subject = await withFolder(files, (folder) => readSubject({ ...request, path: join(folder, '002_three.sql') }));
    const started = await sandboxProviders.embedded.start({ engine: subject.engine, onProgress: () => undefined, signal });
    if (!started.ok) throw new Error(started.error.message);
    sandbox = started.value;
    laboratory = new Laboratory(sandbox, signal);
    const groundwork = await Groundwork.lay(laboratory, subject);
    await groundwork.advanceTo(1);
    const migration = subject.migrations[1];
    if (migration === undefined) throw new Error('No migration.');
    const { framework } = subject;
    if (isHarnessed(framework)) throw new Error('It is plain SQL.');
    const { beforeDatabase } = await databaseBefore(laboratory, groundwork.database, framework.run(migration.engine).bookkeepingTables, {
      rows: 20,
      seed: 1,
    });
    trace = await traceMigration(
      laboratory,
      { framework, migration, carrier: builtInCarrier(migration, framework.run(migration.engine)) },
      beforeDatabase,
      1,
    );
    const cell: PlannedCell = { id: 'error@before:3', fault: 'error', point: { kind: 'before', statement: 3 } };
    const observed = await observe(laboratory, trace, cell);
    if ('why' in observed) throw new Error(observed.why);
    observation = observed;
    await observation.execution.close();
    partial = await capture(laboratory, observation.database, { ...trace.reading, columnHashes: true });
    drafts = planRecovery({
      migration,
      plan: trace.plan,
      protocol: framework.run(migration.engine),
      before: trace.before,
      ...(trace.after !== undefined && { after: trace.after }),
      partial,
      completed: 2,
      retryReaches: 'error',
    });
  });
  afterAll(() => sandbox?.dispose());

  const verify = (direction: 'back' | 'forward', plans: readonly DraftPlan[]) =>
    verifyBest(laboratory, trace, observation.database, plans, direction === 'back' ? trace.before : trace.after);

  it.each(['back', 'forward'] as const)('accepts the way %s', async (direction) => {
    expect(await verify(direction, drafts[direction])).toMatchObject({ verified: true });
  });

  it.each(['back', 'forward'] as const)('refuses the way %s with any one step left out', async (direction) => {
    const [draft] = drafts[direction];
    if (draft === undefined) throw new Error('No draft.');
    for (const left of draft.steps) {
      const plan = await verify(direction, [{ ...draft, steps: draft.steps.filter((step) => step !== left) }]);
      expect(plan.verified, left.text).toBe(false);
    }
  });

  it.each(['back', 'forward'] as const)('refuses the way %s with a step changed by hand', async (direction) => {
    const [draft] = drafts[direction];
    if (draft === undefined) throw new Error('No draft.');
    const changed = [
      ...draft.steps,
      { title: 'Sneak in a column.', why: '', text: 'ALTER TABLE accounts ADD COLUMN sneaked int;', language: 'sql' as const },
    ];
    const plan = await verify(direction, [{ ...draft, steps: changed }]);
    expect(plan).toMatchObject({ verified: false });
    expect(plan.problem).toMatch(/sneaked/);
  });

  it('says which step failed', async () => {
    const [draft] = drafts.back;
    if (draft === undefined) throw new Error('No draft.');
    const plan = await verify('back', [
      { ...draft, steps: [{ title: 'Nonsense.', why: '', text: 'DROP TABLE nowhere;', language: 'sql' }] },
    ]);
    expect(plan.verified).toBe(false);
    expect(plan.problem).toContain('Step 1 failed: table "nowhere" does not exist');
  });

  it('changes one row by hand, and refuses', async () => {
    const [draft] = drafts.back;
    if (draft === undefined) throw new Error('No draft.');
    const changed = [
      ...draft.steps,
      { title: 'Change a row.', why: '', text: 'UPDATE accounts SET balance = balance + 1 WHERE id = 1;', language: 'sql' as const },
    ];
    expect(await verify('back', [{ ...draft, steps: changed }])).toMatchObject({ verified: false });
  });
});
