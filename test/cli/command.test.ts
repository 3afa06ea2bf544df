import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { SimulationReport } from '../../src/model/simulation';
import { faultline, folderOf, isOneClearLine, schema } from './cli';

const minutes = 60_000;
const pgModule = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

/** One transaction, one statement behind it, and a history of its own under a name that no known tool uses. */
const tool = `
const { Client } = require(${pgModule});
(async () => {
  const client = new Client({ connectionString: process.argv[2] ?? process.env.DATABASE_URL });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS done (name text PRIMARY KEY)');
  if ((await client.query("SELECT 1 FROM done WHERE name = 'one'")).rowCount > 0) return client.end();
  await client.query('BEGIN');
  await client.query('CREATE TABLE towns (id int PRIMARY KEY, name text)');
  await client.query('INSERT INTO towns VALUES ($1, $2)', [1, 'Zug']);
  await client.query('COMMIT');
  await client.query("INSERT INTO done VALUES ('one')");
  await client.end();
})().catch((error) => { console.error(error.message); process.exit(1); });
`;

describe('simulate --command', () => {
  test('runs a tool as it is: json as its schema says, and no password in it', { timeout: 4 * minutes }, async () => {
    const validate = schema('simulate');
    const cwd = folderOf({ 'app/tool.cjs': tool });
    const command = 'SECRET_URL=postgres://me:hunter22@production/db node tool.cjs "{url}"';
    const args = [
      'simulate',
      '--command',
      command,
      '--dir',
      'app',
      '--history-table',
      'done',
      '--faults',
      'error,crash',
      '--format',
      'json',
    ];
    const { status, stdout, stderr } = await faultline(args, { cwd });
    expect([status, stderr]).toEqual([0, '']);
    const report: SimulationReport = JSON.parse(stdout);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    const [simulation] = report.simulations;
    expect(simulation?.migration.path).toBeUndefined();
    expect(simulation?.migration.command).toBe('SECRET_URL=postgres://me:***@production/db node tool.cjs "{url}"');
    expect(stdout).not.toContain('hunter22');
    expect(simulation?.statements.map(({ text, range }) => [text, range])).toEqual([
      ['CREATE TABLE towns (id int PRIMARY KEY, name text)', undefined],
      ["INSERT INTO towns VALUES ('1', 'Zug')", undefined],
    ]);
    const verdicts = Object.fromEntries(simulation?.cells.map((cell) => [cell.id, cell.verdict]) ?? []);
    expect(verdicts).toMatchObject({ 'error@before:2': 'rolled-back', 'crash@commit:2': 'unrecorded', 'crash@unrecorded': 'unrecorded' });
  });

  test.each<[string, readonly string[], RegExp]>([
    ['neither a path nor a command', [], /give a migration file or folder, or --command/],
    ['both', ['a.sql', '--command', 'true'], /give a path or --command, not both/],
    ['an empty command', ['--command', ' '], /--command is empty/],
    ['a folder that is not there', ['--command', 'true', '--dir', 'nowhere'], /nowhere is not a folder/],
    ['options of a command without one', ['a.sql', '--dir', '.'], /belong to --command/],
    ['a command that does not reach the sandbox', ['--command', 'true'], /never reached the sandbox: it did not use {url}/],
    ['a tool that is not there', ['--command', 'no-such-tool migrate'], /is not installed here.*no-such-tool.*npm install/],
    ['a package that is not there', ['--command', `node -e "require('knex-of-nobody')"`], /is not installed here.*npm install/],
    ['a tool with an address of its own', ['--command', 'echo knex; exit 3'], /For knex: in knexfile\.js set connection/],
    [
      'nothing to do',
      ['--command', 'node tool.cjs > /dev/null', '--before-command', 'node tool.cjs', '--history-table', 'done'],
      /changes nothing/,
    ],
    [
      'a way to the state before that fails',
      ['--command', 'node tool.cjs', '--before-command', 'psql -c "SELECT 1/0" || exit 1'],
      /state before fails/,
    ],
  ])('%s is one clear line, and status 2', { timeout: minutes }, async (_, args, message) => {
    const { status, stdout, stderr } = await faultline(['simulate', ...args], { cwd: folderOf({ 'tool.cjs': tool }) });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(isOneClearLine(stderr), stderr).toBe(true);
  });
});
