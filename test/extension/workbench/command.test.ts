import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { WorkbenchWindow } from './window';

const runTimeoutMs = 180_000;

/** A migration program as teams write them for themselves: a transaction for each file, and its history in a table. */
const program = `
import { createRequire } from 'node:module';
const { Client } = createRequire(${JSON.stringify(join(process.cwd(), 'package.json'))})('pg');

const migrations = {
  '001_accounts': ['CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL)', "INSERT INTO accounts VALUES (1, 'First')"],
  '002_currency': ['ALTER TABLE accounts ADD COLUMN currency text', "UPDATE accounts SET currency = 'EUR'"],
};

const client = new Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (version text PRIMARY KEY)');
const { rows } = await client.query('SELECT version FROM schema_migrations');
for (const [version, statements] of Object.entries(migrations)) {
  if (rows.some((row) => row.version === version)) continue;
  await client.query('BEGIN');
  for (const statement of statements) await client.query(statement);
  await client.query('INSERT INTO schema_migrations (version) VALUES ($1)', [version]);
  await client.query('COMMIT');
}
await client.end();
`;

describe('a migration command', () => {
  let window: WorkbenchWindow;
  before(async () => {
    window = await WorkbenchWindow.open({
      files: {
        'billing/package.json': JSON.stringify({ name: 'billing', private: true, scripts: { migrate: 'node migrate.mjs' } }),
        'billing/migrate.mjs': program,
        'billing/faultline.json': JSON.stringify({ simulate: { faults: ['error', 'disconnect', 'crash'] } }),
      },
    });
    // The palette lists what is there when it opens: the extension has to be loaded.
    await window.openFile('00002_add_currency.sql');
    await window.page.locator('.codelens-decoration', { hasText: 'Simulate failures' }).first().waitFor();
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  const row = (text: string) => window.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

  it('is offered where the workspace has one', async () => {
    await window.runCommand('Faultline: Simulate a Migration Command');
    await row('npm run migrate').waitFor();
    await row('Enter a command').waitFor();
    await window.screenshot('command-pick-dark-1280');
    await row('npm run migrate').click();
    await window.panel().locator('h1', { hasText: 'npm run migrate' }).waitFor();
    await window.tab('Simulate npm run migrate').waitFor();
  });

  it('looks right in both themes and at any width', async () => {
    await window.panel().locator('.command-choice[aria-pressed="true"]', { hasText: 'billing' }).waitFor();
    await window.runCommand('View: Close Primary Side Bar');
    await window.screenshot('command-ready-beside-dark-1600', 1600);
    await window.runCommand('View: Toggle Maximize Editor Group');
    for (const width of [1280, 1600, 400]) await window.screenshot(`command-ready-dark-${width}`, width);
    await window.useTheme('Light');
    for (const width of [1600, 400]) await window.screenshot(`command-ready-light-${width}`, width);
    await window.useTheme('Dark');
    await window.screenshot('command-ready-dark-1280');
  });

  it('is run unmodified, and its failures are shown under its name', async () => {
    const panel = window.panel();
    await panel.getByRole('button', { name: 'Simulate failures' }).click();
    await panel.locator('table.matrix[aria-busy="false"] button.tile.done').first().waitFor({ timeout: runTimeoutMs });
    assert.equal(await panel.locator('h1').textContent(), 'npm run migrate');
    assert.equal(await panel.locator('button.tile.failed').count(), 0, 'no cell failed to be carried out');
    assert.equal(await panel.locator('button.statement-text').count(), 4, 'the statements of the migrations, not of the tool');
    // The first migration is committed and recorded: running it again goes on behind it.
    const cell = panel.locator('button.tile[data-cell="error@before:3"]');
    assert.match((await cell.getAttribute('aria-label')) ?? '', /resumable/i);
    await cell.click();
    await panel.locator('.plan .proof').first().waitFor();
    const proofs = await panel.locator('.plan .proof').allTextContents();
    assert.deepEqual(
      proofs.map((text) => /verified/.test(text)),
      [true, true],
    );
    await window.screenshot('command-done-dark-1600', 1600);
    await window.useTheme('Light');
    await window.screenshot('command-done-light-400', 400);
    await window.useTheme('Dark');
    await window.screenshot('command-done-dark-1280');
  });

  it('is remembered, and comes back after the window is reloaded', async () => {
    await window.page.reload();
    await window.panel().locator('button.tile.done').first().waitFor({ timeout: runTimeoutMs });
    assert.equal(await window.panel().locator('h1').textContent(), 'npm run migrate');
    await window.openList('Faultline: Simulate a Migration Command', 'last used');
  });
});
