import { strict as assert } from 'node:assert';
import { WorkbenchWindow } from './window';

const migration = '00002_add_currency.sql';

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
    await window.page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
    await window.page.locator('.codelens-decoration', { hasText: 'Simulate failures' }).first().waitFor();
    await window.screenshot('editor-dark-1280');
  });

  it('applies the quick fix at the cursor', async () => {
    await window.line('CREATE INDEX orders_currency_idx').click();
    await window.page.keyboard.press('Control+.');
    await window.page.locator('.action-widget .monaco-list-row').first().waitFor();
    await window.screenshot('quick-fix-dark-1280');
    await window.page.keyboard.press('Enter');
    await window.line('CREATE INDEX CONCURRENTLY').waitFor();
    assert.match(await window.editorText(), /CREATE INDEX CONCURRENTLY\b.* orders_currency_idx/);
    await window.page.keyboard.press('Control+S');
  });

  it('runs the simulation from the code lens and fills the matrix', async () => {
    await window.page.locator('.codelens-decoration a', { hasText: 'Simulate failures' }).first().click();
    const panel = window.panel();
    const start = panel.getByRole('button', { name: 'Simulate failures' });
    await start.waitFor();
    await window.screenshot('panel-ready-dark-1280');
    await start.click();
    await panel.locator('button.tile.done').first().waitFor({ timeout: 60_000 });
    await panel.locator('table.matrix[aria-busy="false"]').waitFor({ timeout: 120_000 });
  });

  it('shows the verified recovery of the chosen cell', async () => {
    const panel = window.panel();
    await panel.locator('button.tile[data-cell^="crash@"]').last().scrollIntoViewIfNeeded();
    const broken = panel.locator('button.tile.tone-bad, button.tile.tone-caution').first();
    await broken.click();
    const proof = panel.locator('.plan .proof').first();
    await proof.waitFor();
    assert.match((await proof.textContent()) ?? '', /verified/i);
    assert.ok((await panel.locator('.plan li .code pre').count()) > 0, 'the plan has steps');
    await window.screenshot('panel-cell-dark-1280');
  });

  it('shows the last run again after the window is reloaded', async () => {
    await window.page.reload();
    const panel = window.panel();
    await panel.locator('button.tile.done').first().waitFor({ timeout: 60_000 });
    assert.ok((await panel.locator('.plan .proof').count()) > 0, 'the chosen cell is shown again');
  });
});
