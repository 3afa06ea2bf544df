import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WorkbenchWindow } from './window';

const migration = '00002_add_currency.sql';
const runTimeoutMs = 120_000;

interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function processes(): Promise<readonly ListedProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** The runner processes that this checkout has started and that are still there. */
async function runners(): Promise<readonly ListedProcess[]> {
  return (await processes()).filter(({ command }) => command.includes(`${process.cwd()}/dist/runner.js`));
}

/** A process and all that it has started, directly or not. */
async function family(root: number): Promise<ReadonlySet<number>> {
  const all = await processes();
  const found = new Set([root]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

describe('a migration from squiggle to verified recovery', () => {
  let window: WorkbenchWindow;
  before(async () => {
    window = await WorkbenchWindow.open();
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('underlines the blocking index and says how the migration runs', async () => {
    await window.openFile(migration);
    await window.page.locator('.squiggly-error').first().waitFor();
    await window.page.locator('.codelens-decoration', { hasText: 'Simulate failures' }).first().waitFor();
    await window.screenshot('editor-dark-1280');
  });

  it('explains a statement on hover', async () => {
    await window.line('SET NOT NULL').hover();
    const hover = window.page.locator('.monaco-hover:visible', { hasText: 'Transaction' });
    await hover.waitFor();
    await window.screenshot('hover-dark-1280');
  });

  it('applies the quick fix at the cursor', async () => {
    await window.line('CREATE INDEX orders_currency_idx').click();
    const fix = window.page.locator('.action-widget .monaco-list-row', { hasText: 'Build the index concurrently' });
    await window.stubbornly(async () => {
      await window.page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 15_000 });
    });
    await window.screenshot('quick-fix-dark-1280');
    await fix.click();
    await window.line('CREATE INDEX CONCURRENTLY').waitFor();
    assert.match(await window.editorText(), /CREATE INDEX CONCURRENTLY\b.* orders_currency_idx/);
    await window.page.keyboard.press('Control+S');
  });

  it('opens the panel from the code lens, which goes with faultline.json', async () => {
    await window.page.locator('.codelens-decoration a', { hasText: 'Simulate failures' }).first().click();
    const panel = window.panel();
    await panel.getByRole('button', { name: 'Simulate failures' }).waitFor();
    await window.screenshot('panel-ready-dark-1280');
    const file = join(window.folder, 'goose/faultline.json');
    await writeFile(file, '{ "engineVersion": "16" }');
    await panel.locator('.chip', { hasText: 'PostgreSQL 16' }).waitFor();
    await writeFile(file, '{ "engineVersion": ');
    await panel.locator('.notice', { hasText: 'The configuration needs a correction.' }).waitFor();
    await rm(file);
    await panel.locator('.notice').waitFor({ state: 'detached' });
    await panel.locator('.chip', { hasText: 'PostgreSQL 18' }).waitFor();
  });

  it('runs the simulation and fills the matrix', async () => {
    const panel = window.panel();
    await panel.getByRole('button', { name: 'Simulate failures' }).click();
    await panel.locator('table.matrix[aria-busy="true"]').waitFor({ timeout: runTimeoutMs });
    await panel.locator('table.matrix[aria-busy="false"]').waitFor({ timeout: runTimeoutMs });
    assert.ok((await panel.locator('button.tile.done').count()) > 10, 'the cells are filled');
    assert.equal(await panel.locator('button.tile.failed').count(), 0, 'no cell failed to be carried out');
  });

  it('shows the verified recovery of the chosen cell', async () => {
    const panel = window.panel();
    const cell = panel.locator('button.tile[data-cell="crash@after:3"]');
    await cell.click();
    const proofs = panel.locator('.plan .proof');
    await proofs.first().waitFor();
    assert.deepEqual(
      (await proofs.allTextContents()).map((text) => /verified/.test(text)),
      [true, true],
    );
    assert.ok((await panel.locator('.plan li .code pre').count()) >= 2, 'the plans have steps');
  });

  it('says that what it shows is about another text once the migration does something else', async () => {
    const panel = window.panel();
    const notice = panel.locator('.notice', { hasText: 'The migration has been changed since this run.' });
    const line = window.line('CREATE INDEX CONCURRENTLY');
    await line.click();
    await window.page.keyboard.press('Home');
    await window.page.keyboard.type('-- a comment changes nothing\n');
    await window.line('a comment changes nothing').waitFor();
    await line.click();
    await window.page.keyboard.press('Home');
    await window.page.keyboard.type('SELECT 1;\n');
    await notice.waitFor();
    await window.screenshot('panel-outdated-dark-1280');
    await window.runCommand('File: Revert File');
    await notice.waitFor({ state: 'detached' });
    const configured = panel.locator('.notice', { hasText: 'The configuration has been changed since this run.' });
    const file = join(window.folder, 'goose/faultline.json');
    await writeFile(file, '{ "engineVersion": "16" }');
    await configured.waitFor();
    await rm(file);
    await configured.waitFor({ state: 'detached' });
    // The panel has the focus again, as before.
    await window.tab('Simulate 00002').first().click();
  });

  it('looks right in both themes and at any width', async () => {
    await window.runCommand('View: Close Primary Side Bar');
    await window.screenshot('panel-beside-dark-1600', 1600);
    await window.runCommand('View: Toggle Maximize Editor Group');
    await window.panel().locator('.summary, h1').first().scrollIntoViewIfNeeded();
    for (const width of [1280, 1600, 400]) await window.screenshot(`panel-dark-${width}`, width);
    await window.useTheme('Light');
    for (const width of [1280, 400]) await window.screenshot(`panel-light-${width}`, width);
    await window.panel().locator('.recovery').first().scrollIntoViewIfNeeded();
    await window.screenshot('panel-recovery-light-1280');
    await window.useTheme('Dark');
    await window.screenshot('panel-recovery-dark-1280');
  });

  it('shows the last run again after the window is reloaded', async () => {
    await window.page.reload();
    const panel = window.panel();
    await panel.locator('button.tile.done').first().waitFor({ timeout: runTimeoutMs });
    assert.ok((await panel.locator('.plan .proof').count()) > 0, 'the chosen cell is shown again');
  });

  it('can be cancelled, and leaves no process behind', async () => {
    const panel = window.panel();
    await panel.getByRole('button', { name: 'Run again' }).first().click();
    await panel.getByRole('button', { name: 'Cancel' }).first().click();
    await panel.getByText('Cancelled').first().waitFor({ timeout: 30_000 });
    for (let left = await runners(); left.length > 0; left = await runners()) await window.page.waitForTimeout(200);
  });

  it('says so when the runner dies, and the next run works', async () => {
    const panel = window.panel();
    await panel.getByRole('button', { name: 'Run again' }).first().click();
    await panel.locator('table.matrix[aria-busy="true"]').waitFor({ timeout: runTimeoutMs });
    for (const { pid } of await runners()) process.kill(pid, 'SIGKILL');
    await panel.locator('p', { hasText: 'ended by SIGKILL before it was done' }).waitFor();
    await window.screenshot('panel-failed-dark-1280');
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.locator('table.matrix[aria-busy="false"] button.tile.done').first().waitFor({ timeout: runTimeoutMs });
  });

  it('leaves nothing behind when the extension host is killed, and the next window works', async () => {
    await window.panel().getByRole('button', { name: 'Run again' }).first().click();
    await window.panel().locator('table.matrix[aria-busy="true"]').waitFor({ timeout: runTimeoutMs });
    const [runner] = await runners();
    assert.ok(runner !== undefined, 'a runner is at work');
    const started = await family(runner.pid);
    assert.ok(started.size > 3, 'with a database server of several processes');
    const host = (await processes()).find(({ pid }) => pid === runner.parent);
    assert.match(host?.command ?? '', /extensionHost/, 'it was started by the extension host');
    process.kill(runner.parent, 'SIGKILL');
    const alive = async () => (await processes()).filter(({ pid, command }) => started.has(pid) && !/<defunct>/.test(command));
    for (let left = await alive(); left.length > 0; left = await alive()) await window.page.waitForTimeout(200);
    await window.page.reload();
    await window.panel().locator('button.tile.done').first().waitFor({ timeout: runTimeoutMs });
    await window.panel().getByRole('button', { name: 'Run again' }).first().click();
    await window.panel().locator('table.matrix[aria-busy="true"]').waitFor({ timeout: runTimeoutMs });
    await window.panel().locator('table.matrix[aria-busy="false"] button.tile.done').first().waitFor({ timeout: runTimeoutMs });
  });

  it('says so when the file is gone, and shows the last run again once it is back', async () => {
    const path = join(window.folder, 'goose/migrations', migration);
    const text = await readFile(path);
    await rm(path);
    await window.panel().getByRole('button', { name: 'Run again' }).first().click();
    await window
      .panel()
      .locator('.notice', { hasText: `${migration} is not there any more.` })
      .waitFor();
    await writeFile(path, text);
    await window.page.reload();
    await window.panel().locator('button.tile.done').first().waitFor({ timeout: runTimeoutMs });
  });

  it('shows a statement in its file', async () => {
    await window.panel().locator('button.statement-text').nth(2).click();
    await window.page.locator('.statusbar-item', { hasText: /Ln 7, Col/ }).waitFor();
  });

  it('inserts a recovery as the migration’s rollback', async () => {
    await window.page.reload();
    const panel = window.panel();
    await panel.locator('button.tile[data-cell="crash@after:3"]').click({ timeout: runTimeoutMs });
    await panel.getByRole('button', { name: 'Insert as rollback' }).click();
    await window.line('-- +goose Down').waitFor();
    assert.match(await window.editorText(), /\+goose Down[\s\S]*DROP COLUMN currency/);
  });

  it('exports the run as a runbook', async () => {
    const forms = window.page.locator('.quick-input-list', { hasText: 'Runbook' });
    await window.stubbornly(async () => {
      await window.panel().getByRole('button', { name: 'Export…' }).click();
      await forms.waitFor({ timeout: 10_000 });
    });
    await window.page.keyboard.press('Enter');
    const name = 'failures-00002_add_currency.md';
    const input = window.page.locator('.quick-input-widget input').first();
    for (let value = ''; !value.endsWith(name); value = await input.inputValue()) await window.page.waitForTimeout(200);
    await window.page.keyboard.press('Enter');
    await window.tab(name).waitFor();
    const text = await readFile(join(window.folder, name), 'utf8');
    assert.match(text, /^# Failure report: 1 migration/);
    assert.match(text, /goose\/migrations\/00002/);
  });
});
