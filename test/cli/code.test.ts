// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of the code that is linted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { LintReport } from '../../src/model/finding';
import { faultline, folderOf, isOneClearLine, schema } from './cli';

const create = `exports.up = (knex) => knex.schema.createTable('orders', (table) => {
  table.bigIncrements('id');
  table.integer('total');
});
exports.down = (knex) => knex.schema.dropTable('orders');
`;
const change = `const { index } = require('../lib/indexes');

exports.config = { transaction: false };

exports.up = async (knex) => {
  await knex.raw(\`
    CREATE INDEX orders_total_idx ON orders (total)
  \`);
  await index(knex, 'orders', 'id');
};
`;
const helper = 'exports.index = (knex, table, column) => knex.raw(`CREATE INDEX ${table}_${column}_idx ON ${table} (${column})`);\n';

/** A project of knex whose last migration blocks writes, twice. */
function project(extra: Readonly<Record<string, string>> = {}): string {
  return folderOf({
    'package.json': '{ "dependencies": { "knex": "3.1.0", "pg": "8.16.3" } }',
    'src/app.js': 'export const up = (price) => price + 1;\n',
    'db/lib/indexes.js': helper,
    'db/migrations/20250101000000_orders.js': create,
    'db/migrations/20250102000000_index.js': change,
    'db/migrations/20250102000000_index.test.js': "throw new Error('nobody runs this');\n",
    ...extra,
  });
}

const last = 'db/migrations/20250102000000_index.js';

async function lintJson(args: readonly string[], cwd: string): Promise<LintReport> {
  const { stdout, stderr } = await faultline(['lint', '--format', 'json', ...args], { cwd });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('migrations in code on the command line', () => {
  test('are found without being named, and read with what they import', async () => {
    const report = await lintJson([], project());
    expect(schema('lint')(report)).toBe(true);
    expect(report.files.map(({ path, framework }) => [path, framework])).toEqual([
      ['db/migrations/20250101000000_orders.js', 'knex'],
      [last, 'knex'],
    ]);
    const lines = report.files[1]?.findings.filter(({ rule }) => rule === 'index-not-concurrent').map(({ range }) => range.start.line);
    expect(lines).toEqual([6, 8]);
  });

  test('a file that is named is linted alone, on the schema of the others; its lines fit the terminal', async () => {
    const cwd = project();
    const { status, stdout } = await faultline(['lint', last], { cwd });
    expect(status).toBe(1);
    expect(stdout).toContain('CREATE INDEX orders_total_idx ON orders (total)');
    expect(stdout).toContain("index(knex, 'orders', 'id')");
    for (const line of stdout.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
  });

  test('have a plan, and a rollback that is written into them', async () => {
    const cwd = project();
    const plan = await faultline(['plan', last], { cwd });
    expect([plan.status, plan.stdout]).toEqual([0, expect.stringContaining('CREATE INDEX orders_id_idx ON orders (id)')]);
    const down = await faultline(['down', last], { cwd });
    for (const name of ['orders_id_idx', 'orders_total_idx']) expect(down.stdout).toContain(`DROP INDEX ${name};`);
    expect(await faultline(['down', '--write', last], { cwd })).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, last), 'utf8')).toMatch(
      /exports\.down = async \(knex\) => \{[\s\S]*DROP INDEX (CONCURRENTLY )?orders_id_idx/,
    );
    const again = await lintJson([last], cwd);
    expect(again.files[0]?.findings.map(({ rule }) => rule)).not.toContain('missing-rollback');
  });

  test('keep a rollback that says that there is none, where not all can be undone, and one that could not be read', async () => {
    const name = '20240101000000-clean.js';
    for (const down of ["throw new Error('no way back');", 'await User.updateMany({}, { $unset: { b: 1 } });']) {
      const text = `const User = require('../models/user');\nmodule.exports = {\n  async up(db) {\n    await db.collection('a').deleteMany({ b: 1 });\n  },\n  async down() {\n    ${down}\n  },\n};\n`;
      const cwd = project({ [name]: text });
      const { status, stderr } = await faultline(['down', '--write', '--framework', 'migrate-mongo', name], { cwd });
      expect(status).not.toBe(0);
      expect(stderr).toContain('was left as it is');
      expect(readFileSync(join(cwd, name), 'utf8')).toBe(text);
    }
  });

  test('are fixed where that is safe, and known by a baseline', async () => {
    const cwd = project({
      [last]:
        "exports.up = (knex) => knex.raw('ALTER TABLE orders ADD COLUMN note text');\nexports.down = (knex) => knex.raw('ALTER TABLE orders DROP COLUMN note');\n",
    });
    await faultline(['lint', '--write-baseline', 'known.json'], { cwd });
    expect(await faultline(['lint', '--baseline', 'known.json', last], { cwd })).toMatchObject({ status: 0 });
    expect((await faultline(['lint', '--fix', last], { cwd })).stderr).toMatch(/^applied \d fix(es)? in 1 file$/m);
    expect(readFileSync(join(cwd, last), 'utf8')).toContain("await knex.raw(`SET LOCAL lock_timeout = '5s'`);");
  });

  test('are simulated by the command that runs them', async () => {
    const { status, stdout, stderr } = await faultline(['simulate', last], { cwd: project() });
    expect([status, stdout]).toEqual([2, '']);
    expect(isOneClearLine(stderr), stderr).toBe(true);
    expect(stderr).toContain("faultline simulate --command 'npx knex migrate:latest'");
  });

  test('of a project with another database are named, and not linted', async () => {
    const cwd = project({ 'package.json': '{ "dependencies": { "knex": "3.1.0", "better-sqlite3": "11.0.0" } }' });
    const { status, stdout, stderr } = await faultline(['lint'], { cwd });
    expect([status, stdout]).toEqual([0, expect.stringContaining('no findings in 0 files')]);
    expect(stderr).toMatch(/depends on better-sqlite3 .* taken for SQLite/);
    expect((await faultline(['lint', '--engine', 'postgres'], { cwd })).status).toBe(1);
  });
});
