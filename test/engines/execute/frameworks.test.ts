import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionOutcome } from '../../../src/engines/carrier';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { startExecution } from '../../../src/engines/postgres/execution/execution';
import { executeSteps } from '../../../src/engines/postgres/steps';
import { readFolder } from '../../../src/frameworks/registry';
import { defaultEngine } from '../../../src/model/engine';
import type { FaultName, Point } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { BuiltInFramework, SourceFile } from '../../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { builtIn } from '../../built-in';
import { freshDatabase, startSandbox } from './laboratory';

let sandbox: Sandbox;
beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

const statements = 'CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 5);\nCREATE TABLE b (id int);\n';
const outsideTransactions = 'CREATE INDEX CONCURRENTLY known_id ON known (id);\nCREATE INDEX CONCURRENTLY known_id_2 ON known (id);\n';

/** One migration as each framework has it. */
const samples: Readonly<Record<string, readonly SourceFile[]>> = {
  sql: [{ path: '1.sql', text: statements }],
  'golang-migrate': [{ path: '1_a.up.sql', text: statements }],
  flyway: [{ path: 'V1__a.sql', text: statements }],
  'flyway without a transaction': [{ path: 'V1__a.sql', text: outsideTransactions }],
  prisma: [
    { path: '1_a/migration.sql', text: statements },
    { path: 'migration_lock.toml', text: 'provider = "postgresql"\n' },
  ],
  dbmate: [{ path: '1_a.sql', text: `-- migrate:up\n${statements}\n-- migrate:down\n` }],
  goose: [{ path: '1_a.sql', text: `-- +goose Up\n${statements}\n-- +goose Down\n` }],
  'sql-migrate': [{ path: '1_a.sql', text: `-- +migrate Up\n${statements}\n-- +migrate Down\n` }],
  'sql-migrate without a transaction': [{ path: '1_a.sql', text: `-- +migrate Up notransaction\n${statements}\n-- +migrate Down\n` }],
  sqlx: [
    { path: '1_a.sql', text: statements },
    { path: '../Cargo.toml', text: '[dependencies]\nsqlx = "0.8"\n' },
  ],
  'sqlx without a transaction': [
    { path: '1_a.sql', text: `-- no-transaction\n${statements}` },
    { path: '../Cargo.toml', text: '[dependencies]\nsqlx = "0.8"\n' },
  ],
  diesel: [
    { path: '2024-01-01-000000_a/up.sql', text: statements },
    { path: '2024-01-01-000000_a/down.sql', text: 'DROP TABLE b; DROP TABLE a;' },
  ],
  'diesel without a transaction': [
    { path: '2024-01-01-000000_a/up.sql', text: statements },
    { path: '2024-01-01-000000_a/metadata.toml', text: 'run_in_transaction = false\n' },
  ],
  supabase: [
    { path: '20260101000000_a.sql', text: statements },
    { path: '../config.toml', text: 'project_id = "shop"\n' },
  ],
  'graphile-migrate': [
    { path: 'committed/000001.sql', text: `--! Previous: -\n--! Hash: sha1:e195b57e53fa1b1246a28e55c6c30d62568329e8\n\n${statements}` },
  ],
  'graphile-migrate without a transaction': [
    {
      path: 'committed/000001.sql',
      text: `--! Previous: -\n--! Hash: sha1:fd645ff05118393b78f0791b45d0478a58a37e34\n\n--! no-transaction\n${statements}`,
    },
  ],
  drizzle: [{ path: '0000_a.sql', text: statements.replaceAll(';\n', ';--> statement-breakpoint\n') }],
  'goose without a transaction': [{ path: '1_a.sql', text: `-- +goose NO TRANSACTION\n-- +goose Up\n${statements}\n-- +goose Down\n` }],
};

function read(sample: string): { framework: BuiltInFramework; migration: Migration } {
  const { framework, migrations, problems } = readFolder(samples[sample] ?? [], {
    engine: { name: 'postgres', major: 18 },
    placeholders: {},
  });
  expect(problems).toEqual([]);
  const [migration] = migrations;
  if (!migration) throw new Error(`${sample} has no migration.`);
  return { framework: builtIn(framework), migration };
}

/** The database after the run: the tables that are there, and what the history says. */
async function stateOf(framework: BuiltInFramework, migration: Migration, address: DatabaseAddress): Promise<string> {
  const run = framework.run(migration.engine);
  return withControlClient(address, async (client) => {
    const relations = await client.query("SELECT relname FROM pg_class WHERE relname IN ('a', 'b', 'known_id', 'known_id_2') ORDER BY 1");
    const tables = [];
    for (const table of run.bookkeepingTables) tables.push({ table, rows: (await client.query(`SELECT * FROM ${table}`)).rows });
    return [...relations.rows.map(({ relname }) => relname), run.recorded(migration, tables)].join(' ');
  });
}

async function runOnce(
  { run }: BuiltInFramework,
  migration: Migration,
  address: DatabaseAddress,
  fault?: FaultName,
  point?: Point,
): Promise<ExecutionOutcome> {
  const execution = startExecution({
    address,
    migration,
    protocol: run(migration.engine),
    ...(fault && { fault }),
    ...(point && { point }),
    signal: new AbortController().signal,
  });
  if (fault) expect(await execution.held).toBe('held');
  await execution.strike();
  const outcome = await execution.outcome;
  await execution.close();
  return outcome;
}

async function prepared({ run }: BuiltInFramework): Promise<DatabaseAddress> {
  const address = await freshDatabase(sandbox, ['CREATE TABLE known (id int)']);
  expect(await executeSteps(address, run(defaultEngine).setup, new AbortController().signal)).toEqual({ ok: true });
  return address;
}

function summary({ result, error }: ExecutionOutcome): string {
  return error?.code ? `${result} ${error.code}` : result;
}

const error = (statement: number): [FaultName, Point] => ['error', { kind: 'before', statement }];

describe.each<[sample: string, faulty: [FaultName, Point], left: string, retry: string]>([
  ['sql', error(3), 'a absent', 'error 42P07'],
  ['golang-migrate', error(3), 'failed', 'refused'],
  ['prisma', error(3), 'failed', 'refused P3009'],
  ['flyway', error(3), 'absent', 'success'],
  ['flyway without a transaction', error(2), 'known_id failed', 'refused'],
  ['dbmate', error(3), 'absent', 'success'],
  ['goose', error(3), 'absent', 'success'],
  ['goose without a transaction', error(3), 'a absent', 'error 42P07'],
  ['sql-migrate', error(3), 'absent', 'success'],
  ['sql-migrate without a transaction', error(3), 'a absent', 'error 42P07'],
  ['sqlx', error(3), 'absent', 'success'],
  ['sqlx without a transaction', error(3), 'absent', 'success'],
  ['sqlx without a transaction', ['disconnect', { kind: 'unrecorded' }], 'a b absent', 'error 42P07'],
  ['diesel', error(3), 'absent', 'success'],
  ['diesel', ['disconnect', { kind: 'commit', statement: 3 }], 'a b applied', 'skipped'],
  ['diesel without a transaction', error(3), 'absent', 'success'],
  ['diesel without a transaction', ['disconnect', { kind: 'unrecorded' }], 'a b absent', 'error 42P07'],
  ['supabase', error(3), 'absent', 'success'],
  ['drizzle', error(3), 'absent', 'success'],
  ['graphile-migrate', error(3), 'absent', 'success'],
  ['graphile-migrate', ['disconnect', { kind: 'commit', statement: 3 }], 'a b applied', 'skipped'],
  ['graphile-migrate without a transaction', error(3), 'absent', 'success'],
  ['graphile-migrate without a transaction', ['disconnect', { kind: 'unrecorded' }], 'a b absent', 'error 42P07'],
  ['sqlx', ['disconnect', { kind: 'unlock' }], 'a b applied', 'skipped'],
  ['flyway', ['disconnect', { kind: 'unrecorded' }], 'a b absent', 'error 42P07'],
  ['golang-migrate', ['disconnect', { kind: 'unrecorded' }], 'a b failed', 'refused'],
  ['golang-migrate', ['disconnect', { kind: 'before', statement: 2 }], 'a b failed', 'refused'],
  ['prisma', ['disconnect', { kind: 'unrecorded' }], 'a b failed', 'refused P3009'],
  ['dbmate', ['disconnect', { kind: 'unrecorded' }], 'absent', 'success'],
  ['dbmate', ['disconnect', { kind: 'commit', statement: 3 }], 'a b applied', 'skipped'],
  ['dbmate', ['error', { kind: 'commit', statement: 3 }], 'absent', 'success'],
  ['flyway', ['disconnect', { kind: 'unlock' }], 'a b applied', 'skipped'],
  ['golang-migrate', ['error', { kind: 'unlock' }], 'a b applied', 'skipped'],
  ['goose', ['lost-ack', { kind: 'commit', statement: 3 }], 'a b applied', 'skipped'],
])('%s, %o', (sample, [fault, point], left, retry) => {
  it(`leaves "${left}", and a retry is: ${retry}`, async () => {
    const { framework, migration } = read(sample);
    const address = await prepared(framework);
    await runOnce(framework, migration, address, fault, point);
    expect(await stateOf(framework, migration, address)).toBe(left);
    expect(summary(await runOnce(framework, migration, address))).toBe(retry);
  });
});

describe.each(Object.keys(samples))('%s', (sample) => {
  it('runs to its end, and not twice', async () => {
    const { framework, migration } = read(sample);
    const address = await prepared(framework);
    const outcome = await runOnce(framework, migration, address);
    expect(outcome.result).toBe('success');
    expect(outcome.statements.map(({ index }) => index)).toEqual(migration.up.statements.map(({ index }) => index));
    const relations = sample === 'flyway without a transaction' ? 'known_id known_id_2' : 'a b';
    expect(await stateOf(framework, migration, address)).toBe(`${relations} ${sample === 'sql' ? 'absent' : 'applied'}`);
    expect(summary(await runOnce(framework, migration, address))).toBe(sample === 'sql' ? 'error 42P07' : 'skipped');
  });
});
