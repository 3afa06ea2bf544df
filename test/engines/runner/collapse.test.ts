import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import type { CellResult } from '../../../src/model/simulation';
import { caseNamed, startSuiteSandbox } from '../../suite/cases';
import { simulateCase } from '../../suite/run-case';

/** One for each way in which statements, requests, transactions and history can lie to one another. */
const telling = ['two-transactions', 'flyway-no-transaction', 'golang-migrate-request', 'goose-transaction', 'cic-left-invalid'];

/** Run too with FAULTLINE_COLLAPSE=all. */
const others = [
  'add-column-backfill',
  'batches-idempotent',
  'crossing-updates',
  'dbmate-no-transaction',
  'dbmate-transaction',
  'detach-pending',
  'enum-value',
  'flyway-transaction',
  'lock-table',
  'prisma-request',
  'sequence-moves-alone',
  'session-lock-left',
  'swap-in-transaction',
  'temporary-table',
  'unlogged-staging',
];

/** The proof that collapsing is right: a collapsed cell has the verdict and the state that running it gives. */
describe('a collapsed matrix equals the uncollapsed one', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSuiteSandbox();
  });
  afterAll(() => sandbox?.dispose());

  it.each(process.env.FAULTLINE_COLLAPSE === 'all' ? [...telling, ...others] : telling)(
    '%s',
    async (name) => {
      const run = (collapse: boolean) => simulateCase(sandbox, caseNamed(name), { collapse, secondOpinion: false });
      const { simulation: collapsed } = await run(true);
      const { simulation: whole } = await run(false);
      expect(states(collapsed.cells)).toEqual(states(whole.cells));
      expect(collapsed.cells.some((cell) => cell.sameAs !== undefined)).toBe(true);
      expect(whole.cells.every((cell) => cell.sameAs === undefined)).toBe(true);
      expect(whole.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
    },
    300_000,
  );
});

function states(cells: readonly CellResult[]) {
  return cells.map(({ id, status, verdict, fingerprint, why }) => ({ id, status, verdict, fingerprint, why }));
}
