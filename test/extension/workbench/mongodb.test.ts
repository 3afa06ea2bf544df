import { strict as assert } from 'node:assert';
import { WorkbenchWindow } from './window';

const name = '20240102000000-add-currency.js';
const migration = `module.exports = {
  async up(db, client) {
    await db.collection('orders').updateMany({ currency: { $exists: false } }, { $set: { currency: 'EUR' } });
    db.collection('orders').createIndex({ currency: 1 }, { name: 'orders_currency' });
    await db.collection('customers').updateMany({}, { $inc: { visits: 1 } });
  },
  async down(db, client) {
    await db.collection('customers').updateMany({}, { $inc: { visits: -1 } });
    await db.collection('orders').dropIndex('orders_currency');
    await db.collection('orders').updateMany({}, { $unset: { currency: '' } });
  },
};
`;
const files = {
  'mongo/package.json': '{ "name": "shop", "dependencies": { "migrate-mongo": "^14.0.0", "mongodb": "^7.0.0" } }\n',
  [`mongo/migrations/${name}`]: migration,
};
const runTimeoutMs = 300_000;

describe('a migration for MongoDB from squiggle to verified recovery', () => {
  let window: WorkbenchWindow;
  before(async function () {
    // The sandbox is a container.
    if (process.env.DOCKER_HOST === undefined) this.skip();
    window = await WorkbenchWindow.open({ files });
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('underlines the promise that nobody waits for, and waits for it', async () => {
    await window.openFile(name);
    await window.page.locator('.squiggly-error').first().waitFor();
    await window.page.locator('.codelens-decoration', { hasText: 'Simulate failures' }).first().waitFor();
    await window.screenshot('mongodb-editor-dark-1280');
    await window.line('createIndex').click();
    await window.page.keyboard.press('Control+.');
    const fix = window.page.locator('.action-widget .monaco-list-row', { hasText: 'Wait for it' }).first();
    await fix.waitFor();
    await fix.click();
    await window.line("await db.collection('orders').createIndex").waitFor();
    await window.page.keyboard.press('Control+S');
  });

  it('runs the simulation and proves both ways out of a crash', async () => {
    await window.page.locator('.codelens-decoration a', { hasText: 'Simulate failures' }).first().click();
    const panel = window.panel();
    const start = panel.getByRole('button', { name: 'Simulate failures' });
    await start.waitFor();
    await start.click();
    await panel.locator('table.matrix[aria-busy="true"]').waitFor({ timeout: runTimeoutMs });
    await panel.locator('table.matrix[aria-busy="false"]').waitFor({ timeout: runTimeoutMs });
    assert.equal(await panel.locator('button.tile.failed').count(), 0, 'no cell failed to be carried out');
    await panel.locator('button.tile[data-cell="crash@during:1"]').click();
    const proofs = panel.locator('.plan .proof');
    await proofs.first().waitFor();
    assert.deepEqual(
      (await proofs.allTextContents()).map((text) => /verified/.test(text)),
      [true, true],
    );
    assert.match((await panel.locator('.plan li .code pre').allTextContents()).join('\n'), /db\.orders\.updateMany\(/);
    await window.screenshot('mongodb-panel-dark-1280');
    await window.runCommand('View: Close Primary Side Bar');
    await window.runCommand('View: Toggle Maximize Editor Group');
    await window.screenshot('mongodb-panel-dark-1600', 1600);
    await window.screenshot('mongodb-panel-dark-400', 400);
    await window.useTheme('Light');
    await window.screenshot('mongodb-panel-light-1280');
  });
});
