import { WorkbenchWindow } from './window';

describe('an untrusted workspace', () => {
  let window: WorkbenchWindow;
  before(async () => {
    window = await WorkbenchWindow.open({ trusted: false });
  });
  after(() => window?.close());

  it('is linted, and refuses to simulate with a reason', async () => {
    await window.openFile('00002_add_currency.sql');
    await window.page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
    await window.page.locator('.codelens-decoration a', { hasText: 'Simulate failures' }).first().click();
    await window.panel().locator('p', { hasText: 'This workspace is not trusted' }).waitFor();
    await window.screenshot('panel-restricted-dark-1280');
  });
});
