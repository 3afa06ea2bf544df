import { WorkbenchWindow } from './window';

describe('an untrusted workspace', () => {
  let window: WorkbenchWindow;
  before(async () => {
    window = await WorkbenchWindow.open({ trusted: false });
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('is linted, and refuses to simulate with a reason', async () => {
    await window.openFile('00002_add_currency.sql');
    await window.page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
    await window.page.locator('.codelens-decoration a', { hasText: 'Simulate failures' }).first().click();
    await window.panel().locator('p', { hasText: 'This workspace is not trusted' }).waitFor();
    await window.screenshot('panel-restricted-dark-1280');
    await window.panel().getByRole('button', { name: 'Manage workspace trust' }).click();
    await window.page.locator('.workspace-trust-editor').waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('refuses to run a command of it', async () => {
    await window.runCommand('Faultline: Simulate a Migration Command');
    // A message goes away after some seconds; the list of them keeps it.
    await window.runCommand('Notifications: Show Notifications');
    await window.page.locator('.notification-list-item', { hasText: 'A simulation runs a command of the workspace' }).first().waitFor();
    await window.screenshot('command-restricted-dark-1280');
  });
});
