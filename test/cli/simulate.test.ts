import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { SimulationReport } from '../../src/model/simulation';
import { faultline, folderOf, isOneClearLine, root, schema, startFaultline } from './cli';

const minutes = 60_000;

/** Three statements that commit one by one; the third is refused because of what the second wrote. */
function failingProject(): string {
  return folderOf({
    'migrations/1_accounts.sql': 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\nINSERT INTO accounts VALUES (1, NULL);\n',
    'migrations/2_email.sql': [
      'ALTER TABLE accounts ADD COLUMN verified boolean;',
      'UPDATE accounts SET verified = true;',
      'ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;',
      '',
    ].join('\n'),
  });
}

describe('simulate', () => {
  test('one migration: json as its schema says, an HTML report beside it, and what was proven', { timeout: 3 * minutes }, async () => {
    const validate = schema('simulate');
    const cwd = folderOf({
      'migrations/1_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL);\n',
      'migrations/2_currency.sql':
        "ALTER TABLE orders ADD COLUMN currency text;\nUPDATE orders SET currency = 'EUR';\nALTER TABLE orders ALTER COLUMN currency SET NOT NULL;\n",
    });
    const args = ['simulate', 'migrations/2_currency.sql', '--rows', '50', '--seed', '7', '--format', 'json', '--html', 'report.html'];
    const { status, stdout, stderr } = await faultline(args, { cwd });
    expect([status, stderr]).toEqual([1, '']);
    const report: SimulationReport = JSON.parse(stdout);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    const [simulation] = report.simulations;
    expect(simulation?.migration).toMatchObject({ framework: 'sql', engine: 'postgres', engineVersion: '18', seed: 7, rows: 50 });
    expect(simulation?.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
    const crash = simulation?.cells.find((cell) => cell.id === 'crash@after:1');
    expect(crash?.verdict).toBe('broken');
    expect(crash?.retry?.error?.code).toBe('42701');
    expect(crash?.recovery?.back).toMatchObject({ verified: true, reached: simulation?.states.before.fingerprint });
    expect(crash?.recovery?.forward).toMatchObject({ verified: true, reached: simulation?.states.after?.fingerprint });
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toContain('2_currency');
  });

  test('the terminal gets 80 columns; the choice of faults and points holds; --fail-on decides', { timeout: 3 * minutes }, async () => {
    const cwd = folderOf({ 'migrations/1_a.sql': 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n' });
    const args = ['simulate', 'migrations/1_a.sql', '--faults', 'disconnect,error', '--points', 'before', '--fail-on', 'none'];
    const { status, stdout, stderr } = await faultline(args, { cwd });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/error +disconnect/);
    expect(stdout).not.toMatch(/crash|lost ack/);
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('a migration of which no failure could be tried is not taken for tested', { timeout: 3 * minutes }, async () => {
    const role = 'CREATE ROLE reporting;\nCREATE TABLE reports (id int PRIMARY KEY);\n';
    const alone = folderOf({ 'migrations/1_role.sql': role });
    const nothing = await faultline(['simulate', 'migrations', '--faults', 'error', '--format', 'json'], { cwd: alone });
    expect(nothing.status).toBe(2);
    expect(nothing.stderr).toMatch(/^faultline: nothing was tested\. .*role "reporting" already exists.*\n$/);
    const report: SimulationReport = JSON.parse(nothing.stdout);
    expect(schema('simulate')(report)).toBe(true);
    expect(report.simulations[0]?.untried).toMatch(/^No failure could be carried out/);

    const among = folderOf({ 'migrations/1_role.sql': role, 'migrations/2_notes.sql': 'CREATE TABLE notes (id int PRIMARY KEY);\n' });
    const some = await faultline(['simulate', 'migrations', '--faults', 'error', '--format', 'markdown'], { cwd: among });
    expect(some.status).toBe(0);
    expect(some.stderr).toMatch(/^migrations\/1_role\.sql was not tested\. No failure could be carried out.*\n$/);
    // What is not known is not told as harmless.
    expect(some.stdout.match(/Whatever strikes, the database ends exactly/g)).toHaveLength(1);
  });

  test('a file that holds nothing is named as it was typed', {
    timeout: 3 * minutes,
  }, async () => {
    const cwd = folderOf({
      'migrations/1_empty.sql': '-- Nothing yet.\n',
    });
    const empty = await faultline(['simulate', 'migrations/1_empty.sql'], { cwd });
    expect(empty.stderr).toBe('faultline: migrations/1_empty.sql holds no statements, so there is nothing that could fail.\n');
    expect(empty.status).toBe(2);
  });

  test('a migration that fails by itself says so, and the way back is still proven', { timeout: 3 * minutes }, async () => {
    const cwd = failingProject();
    const { status, stdout } = await faultline(['simulate', 'migrations/2_email.sql', '--rows', '0', '--format', 'json'], { cwd });
    expect(status).toBe(1);
    const [simulation] = (JSON.parse(stdout) as SimulationReport).simulations;
    expect(simulation?.failsByItself).toMatchObject({ statement: 3, code: '23502' });
    expect(simulation?.cells.find((cell) => cell.id === 'crash@after:2')?.recovery?.back.verified).toBe(true);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s in the middle: status %i, one line, and nothing is left running or lying about',
    { timeout: 3 * minutes },
    async (signal, expected) => {
      // A temporary folder of its own shows what is left; the server's user has to get in.
      const TMPDIR = folderOf({});
      chmodSync(TMPDIR, 0o755);
      const child = startFaultline(['simulate', 'examples/shop/db/migrations'], { environment: { TMPDIR } });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (data) => (stderr += data));
      child.stdin.end();
      const serverId = await serverIn(TMPDIR);
      child.kill(signal);
      const status = await new Promise((resolve) => child.on('close', resolve));
      expect([status, stderr]).toEqual([expected, 'cancelled; the sandbox is gone\n']);
      expect(readdirSync(TMPDIR)).toEqual([]);
      expect(isRunning(serverId)).toBe(false);
    },
  );

  test.each([
    ['a missing file', ['nowhere.sql']],
    ['an unknown fault', ['migrations', '--faults', 'earthquake']],
    ['an unknown point', ['migrations', '--points', 'beneath:2']],
    ['an unknown verdict', ['migrations', '--fail-on', 'sad']],
    ['rows that are no number', ['migrations', '--rows', 'many']],
    ['an unknown sandbox', ['migrations', '--sandbox', 'cloud']],
    ['a missing state before', ['migrations', '--before', 'nowhere.sql']],
    ['a migration that can not be read', ['broken/1.sql']],
  ])('2 with one clear line for %s', async (_, args) => {
    const cwd = folderOf({ 'migrations/1.sql': 'SELECT 1;\n', 'broken/1.sql': 'SELEC 1;\n' });
    const { status, stdout, stderr } = await faultline(['simulate', ...args], { cwd });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toSatisfy(isOneClearLine);
  });
});

test('clean removes nothing of the living', async () => {
  const { status, stderr } = await faultline(['clean']);
  expect([status, stderr]).toEqual([0, '']);
});

test('the demo leaves its report where it says', { timeout: 5 * minutes }, () => {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/demo.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const [, path] = /The same as a page: (\S+)/.exec(stdout) ?? [];
  expect(path && existsSync(join(root, path))).toBe(true);
  expect(stdout).toContain('Go forward');
});

/** Waits until a server below the folder takes connections; resolves to its process id. */
async function serverIn(folder: string): Promise<number> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('postmaster.pid'));
    const lines = found === undefined ? [] : linesOf(join(folder, found));
    // The eighth line is the server's status (src/include/utils/pidfile.h).
    if (lines[7]?.trim() === 'ready') return Number(lines[0]);
    await setTimeout(50);
  }
  throw new Error('no server was started');
}

/** The file comes and goes while the cluster is made. */
function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
