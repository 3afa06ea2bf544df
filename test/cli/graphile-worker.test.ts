import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CellResult, Simulation, SimulationReport } from '../../src/model/simulation';
import { faultline } from './cli';

/** The last version with these 19 migrations. */
const packageVersion = '0.17.3';
const minutes = 60_000;

/** What the package's own installer runs before its first migration. */
const installer = `CREATE SCHEMA graphile_worker;
CREATE TABLE graphile_worker.migrations (
  id int PRIMARY KEY,
  ts timestamptz DEFAULT now() NOT NULL,
  breaking boolean NOT NULL DEFAULT false
);
`;

const folder = mkdtempSync(join(tmpdir(), 'faultline-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(): Promise<SimulationReport> {
  const args = ['simulate', join(folder, 'package/sql'), '--framework', 'sql', '--placeholder', 'GRAPHILE_WORKER_SCHEMA=graphile_worker'];
  return faultline([...args, '--before', join(folder, 'before.sql'), '--format', 'json', '--fail-on', 'none']).then(
    ({ status, stdout, stderr }) => {
      expect([status, stderr]).toEqual([0, '']);
      return JSON.parse(stdout);
    },
  );
}

describe('the SQL migrations of graphile-worker, which were not written for us', () => {
  let first: SimulationReport;
  let second: SimulationReport;

  beforeAll(async () => {
    execFileSync('npm', ['pack', `graphile-worker@${packageVersion}`, '--silent', '--pack-destination', folder], {
      shell: process.platform === 'win32',
    });
    execFileSync('tar', ['-xzf', `graphile-worker-${packageVersion}.tgz`], { cwd: folder });
    writeFileSync(join(folder, 'before.sql'), installer);
    first = await run();
    second = await run();
  }, 10 * minutes);

  test('all 19 of them, in order', () => {
    expect(readdirSync(join(folder, 'package/sql'))).toHaveLength(19);
    expect(first.simulations.map((simulation) => simulation.migration.path?.split('/').at(-1))).toEqual(
      readdirSync(join(folder, 'package/sql')).sort(),
    );
    for (const simulation of first.simulations) expect(simulation.failsByItself, simulation.migration.id).toBeUndefined();
  });

  test('no cell failed, and every cell that was carried out has a verdict', () => {
    expect(
      cells(first)
        .filter(({ cell }) => cell.status === 'failed')
        .map(({ name, cell }) => `${name}: ${cell.why}`),
    ).toEqual([]);
    expect(cells(first).filter(({ cell }) => cell.status === 'done' && cell.verdict === undefined)).toEqual([]);
  });

  test('every recovery that claims to be verified reached exactly the state that it claims', () => {
    let verified = 0;
    for (const { simulation, cell, name } of cells(first)) {
      if (cell.recovery?.back.verified) expect(cell.recovery.back.reached, `${name} back`).toBe(simulation.states.before.fingerprint);
      if (cell.recovery?.forward.verified)
        expect(cell.recovery.forward.reached, `${name} forward`).toBe(simulation.states.after?.fingerprint);
      verified += Number(cell.recovery?.back.verified ?? false) + Number(cell.recovery?.forward.verified ?? false);
    }
    expect(verified).toBeGreaterThan(0);
  });

  test('every partial state has a verified way out, back or forward', () => {
    const none = cells(first).filter(
      ({ cell }) => cell.recovery !== undefined && !cell.recovery.back.verified && !cell.recovery.forward.verified,
    );
    expect(
      none.map(
        ({ name, cell }) => `${name}: ${cell.recovery?.back.problem ?? cell.recovery?.back.loses}; ${cell.recovery?.forward.problem}`,
      ),
    ).toEqual([]);
  });

  test('a second run gives the same verdicts', () => {
    expect(verdictsOf(second)).toEqual(verdictsOf(first));
  });
});

function cells(report: SimulationReport): readonly { readonly simulation: Simulation; readonly cell: CellResult; readonly name: string }[] {
  return report.simulations.flatMap((simulation) =>
    simulation.cells.map((cell) => ({ simulation, cell, name: `${simulation.migration.id} ${cell.id}` })),
  );
}

function verdictsOf(report: SimulationReport): readonly string[] {
  return cells(report).map(({ name, cell }) => `${name} ${cell.status} ${cell.verdict ?? ''}`);
}
