import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, eventually, openFile } from './workspace';

function simulationTabs(): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('faultline.simulation'));
}

describe('the simulation panel', () => {
  afterEach(closeAll);

  it('opens beside the migration, once per file', async () => {
    const first = await openFile('goose/migrations/00002_add_currency.sql');
    await vscode.commands.executeCommand('faultline.simulate', first.uri.toString());
    await eventually('a panel is open', () => (simulationTabs().length === 1 ? true : undefined));
    await vscode.commands.executeCommand('faultline.simulate', first.uri);
    assert.equal(simulationTabs().length, 1);
    const second = await openFile('flyway/sql/V2__index_accounts.sql');
    await vscode.commands.executeCommand('faultline.simulate', second.uri);
    await eventually('a second panel is open', () => (simulationTabs().length === 2 ? true : undefined));
  });

  it('is refused, with words, where there is no file', async () => {
    await vscode.workspace.openTextDocument({ content: 'SELECT 1;', language: 'sql' }).then(vscode.window.showTextDocument);
    await vscode.commands.executeCommand('faultline.simulate');
    assert.equal(simulationTabs().length, 0);
  });
});

describe('trust', () => {
  it('is declared limited: linting works, simulating needs trust', () => {
    const manifest = vscode.extensions.getExtension('faultline.faultline')?.packageJSON as {
      capabilities: { untrustedWorkspaces: { supported: unknown } };
    };
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  });
});
