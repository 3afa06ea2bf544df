import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFile } from './workspace';

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

  it('follows its migration when that is renamed', async () => {
    const before = fileUri('goose/migrations/00007_before.sql');
    const after = fileUri('goose/migrations/00008_after.sql');
    await vscode.workspace.fs.writeFile(
      before,
      Buffer.from('-- +goose Up\nCREATE TABLE renamed (id bigint PRIMARY KEY);\n-- +goose Down\nDROP TABLE renamed;\n'),
    );
    try {
      await openFile('goose/migrations/00007_before.sql');
      await vscode.commands.executeCommand('faultline.simulate', before);
      await eventually('a panel is open', () => simulationTabs().find(({ label }) => label.includes('00007_before.sql')));
      const edit = new vscode.WorkspaceEdit();
      edit.renameFile(before, after);
      assert.ok(await vscode.workspace.applyEdit(edit));
      await eventually('the panel has the new name', () => simulationTabs().find(({ label }) => label.includes('00008_after.sql')));
      await vscode.commands.executeCommand('faultline.simulate', after);
      assert.equal(simulationTabs().length, 1, 'the same panel is shown for it');
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(after);
    }
  });

  it('opens for the migration that was looked at last, from a page that is no editor: the walkthrough', async () => {
    await openFile('goose/migrations/00002_add_currency.sql');
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'faultline.faultline#faultline.start');
    await eventually('no editor is active', () => (vscode.window.activeTextEditor === undefined ? true : undefined));
    await vscode.commands.executeCommand('faultline.simulate');
    await eventually('a panel is open', () => simulationTabs().find(({ label }) => label.includes('00002_add_currency.sql')));
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
