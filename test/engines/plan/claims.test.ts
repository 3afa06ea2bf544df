import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Migration } from '../../../src/model/migration';
import { type Lock, postgresLockModes } from '../../../src/model/plan';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { immutableFunctions, stableFunctions, volatileFunctions } from '../../../src/parse/postgres/operations/expressions';
import { readStatements } from '../../../src/parse/postgres/read';
import { planProgram } from '../../../src/plan/plan';
import { isTransactional } from '../../../src/plan/transactional';
import { replay } from '../../../src/schema/virtual-schema';
import { codeOf, database, majors, observe, startServer, withClient } from '../rules/server';
import { commonSetup, type Sample, samples, transactions } from './statements';

beforeAll(loadParser);

function statementsOf(text: string) {
  const statements = readStatements(text, { start: 0, end: text.length }, {});
  expect(statements.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
  return statements;
}

/** What the plan says of the last statement of a sample. */
function planned(sample: Sample, major: number) {
  const statements = statementsOf(sample.statement);
  const migration: Migration = {
    id: '1',
    title: '1',
    framework: 'sql',
    engine: { name: 'postgres', major },
    up: {
      direction: 'up',
      path: '1.sql',
      span: { start: 0, end: sample.statement.length },
      statements,
      execution: { requests: 'per-statement', wrapped: true, because: '' },
    },
  };
  const before = replay(emptyCatalog, statementsOf(commonSetup + (sample.setup ?? '')));
  const last = planProgram(migration, 'up', before).statements.at(-1);
  if (last === undefined) throw new Error('nothing planned');
  return last;
}

const strength = (mode: string | undefined): number => (postgresLockModes as readonly string[]).indexOf(mode ?? '');

/** What other sessions can feel, from SHARE UPDATE EXCLUSIVE on; weaker modes are part of every statement. */
function expectLocks(claimed: readonly Lock[], seen: Readonly<Record<string, string>>, { statement, gone = [] }: Sample): void {
  const predicted = Object.fromEntries(claimed.map(({ relation, mode }) => [relation, mode]));
  const created = /^CREATE TABLE (\w+)/.exec(statement)?.[1];
  for (const [relation, mode] of Object.entries(seen)) {
    if (relation === created || gone.includes(relation) || strength(mode) < strength('SHARE UPDATE EXCLUSIVE')) continue;
    expect([relation, predicted[relation]]).toEqual([relation, mode]);
  }
  for (const [relation, mode] of Object.entries(predicted)) {
    // Locks of indexes and views are not looked up.
    const isTable = relation in seen || !['t_a', 't_b', 't_g', 't_pkey', 'x', 'v', 's', 'fresh', ...gone].includes(relation);
    if (isTable && relation !== created) expect([relation, seen[relation]]).toEqual([relation, mode]);
  }
}

describe.each(majors)('PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  const ours = samples.filter(({ since = 0 }) => since <= major);
  it.each(ours.map((sample) => [`${sample.setup ?? ''} ${sample.statement}`.trim(), sample] as const))('%s', async (_, sample) => {
    const plan = planned(sample, major);
    const address = await database(sandbox, commonSetup + (sample.setup ?? ''));
    const seen = await withClient(address, (client) => observe(client, sample.statement));
    expect(plan.cost, plan.because).toBe(sample.cost);

    expectLocks(plan.locks, seen.locks, sample);

    const isTruncated = sample.statement.startsWith('TRUNCATE');
    if (plan.cost === 'rewrite') expect(seen.rewritten).not.toEqual([]);
    else if (!isTruncated) expect(seen.rewritten).toEqual([]);
    if ((plan.cost === 'scan' && !sample.statement.startsWith('ANALYZE')) || plan.cost === 'build') expect(seen.scanned).not.toEqual([]);
    if (plan.cost === 'metadata' && !isTruncated) expect(seen.scanned).toEqual([]);
  });

  describe('in a transaction block', () => {
    it.each(transactions.filter(({ since = 0 }) => since <= major).map(({ statement }) => statement))('%s', async (statement) => {
      const address = await database(sandbox, commonSetup);
      const code = await withClient(address, async (client) => {
        await client.query('BEGIN');
        return codeOf(client.query(statement));
      });
      const [read] = statementsOf(statement);
      expect([read && isTransactional(read), code]).toEqual([code !== '25001', code]);
    });
  });

  it('has the functions that defaults call, as volatile as the parser takes them to be', async () => {
    const names = [...volatileFunctions, ...stableFunctions, ...immutableFunctions];
    const address = await database(sandbox, 'SELECT 1');
    const volatilities = await withClient(address, async (client) => {
      const { rows } = await client.query<{ name: string; kinds: string[] }>(
        "SELECT proname AS name, array_agg(DISTINCT provolatile::text) AS kinds FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1) GROUP BY 1",
        [names],
      );
      return new Map(rows.map(({ name, kinds }) => [name, kinds]));
    });
    // One volatile form is enough to be careful; what counts as harmless has none.
    const kindsOf = (name: string) => volatilities.get(name) ?? [];
    for (const name of volatileFunctions) if (volatilities.has(name)) expect([name, kindsOf(name).includes('v')]).toEqual([name, true]);
    for (const name of stableFunctions) expect([name, kindsOf(name).includes('v')]).toEqual([name, false]);
    for (const name of immutableFunctions) {
      // Until 14 the form for a time with time zone, which has no date to tell the zone's offset by, was volatile.
      if (name === 'timezone' && major < 15) continue;
      expect([name, kindsOf(name).includes('v')]).toEqual([name, false]);
      if (volatilities.has(name)) expect([name, kindsOf(name).includes('i')]).toEqual([name, true]);
    }
    expect(volatilities.size).toBeGreaterThan(100);
  });
});
