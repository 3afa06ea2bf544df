import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import type { CellResult } from '../../src/model/simulation';
import { caseNamed, startSuiteSandbox } from './cases';
import { simulateCase } from './run-case';

/** One for each way in which statements, requests, transactions and history can lie to one another. */
const names = [
  'add-column-backfill',
  'batches-idempotent',
  'cic-left-invalid',
  'crossing-updates',
  'detach-pending',
  'dbmate-no-transaction',
  'flyway-no-transaction',
  'flyway-transaction',
  'golang-migrate-request',
  'goose-transaction',
  'lock-table',
  'prisma-request',
  'sequence-moves-alone',
  'session-lock-left',
  'sqlx-transaction',
  'swap-in-transaction',
  'temporary-table',
  'two-transactions',
];

/** Every cell run by itself takes long: with FAULTLINE_COLLAPSE=all. A shorter proof is in test/engines/runner/collapse.test.ts. */
describe.skipIf(process.env.FAULTLINE_COLLAPSE !== 'all')('a collapsed matrix of the suite equals the uncollapsed one', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSuiteSandbox();
  });
  afterAll(() => sandbox?.dispose());

  it.each(names)('%s', async (name) => {
    const run = (collapse: boolean) => simulateCase(sandbox, caseNamed(name), { collapse, secondOpinion: false });
    const { simulation: collapsed } = await run(true);
    const { simulation: whole } = await run(false);
    expect(states(collapsed.cells)).toEqual(states(whole.cells));
    expect(whole.cells.every((cell) => cell.sameAs === undefined)).toBe(true);
    expect(whole.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
  });
});

function states(cells: readonly CellResult[]) {
  return cells.map(({ id, status, verdict, fingerprint, why }) => ({ id, status, verdict, fingerprint, why }));
}
