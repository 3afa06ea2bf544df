import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, eventually, openFile } from './workspace';

/** Runs the command on the active editor, and waits until the document holds what it inserts. */
async function insertRollback(document: vscode.TextDocument, mark: RegExp): Promise<string> {
  await vscode.commands.executeCommand('faultline.insertRollback');
  return eventually('the rollback is inserted', () => (mark.test(document.getText()) ? document.getText() : undefined));
}

describe('insert rollback', () => {
  afterEach(closeAll);

  it('writes dbmate’s section', async () => {
    const document = await openFile('dbmate/db/migrations/20260102093000_add_note.sql');
    const text = await insertRollback(document, /-- migrate:down/);
    const down = text.slice(text.indexOf('-- migrate:down'));
    assert.match(down, /DROP COLUMN (IF EXISTS )?"?note"?/);
  });

  it('writes goose’s section, in reverse order', async () => {
    const document = await openFile('goose/migrations/00002_add_currency.sql');
    const text = await insertRollback(document, /-- \+goose Down/);
    assert.match(text.slice(text.indexOf('+goose Down')), /DROP INDEX[\s\S]*DROP COLUMN (IF EXISTS )?"?currency"?/, 'in reverse order');
  });

  it('leaves a rollback alone that is there already', async () => {
    const document = await openFile('goose/migrations/00001_create_orders.sql');
    const before = document.getText();
    await vscode.commands.executeCommand('faultline.insertRollback');
    assert.equal(document.getText(), before);
    assert.equal(document.isDirty, false);
  });

  it('creates Flyway’s undo file', async () => {
    await openFile('flyway/sql/V2__index_accounts.sql');
    await vscode.commands.executeCommand('faultline.insertRollback');
    const created = await eventually('the undo file is open', () =>
      vscode.workspace.textDocuments.find((document) => document.uri.path.endsWith('/U2__index_accounts.sql')),
    );
    assert.match(created.getText(), /DROP INDEX/);
    await created.save();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(created.uri);
  });
});

describe('links and fix-all', () => {
  afterEach(closeAll);

  it('a rollback leads to what it undoes, and back', async () => {
    const document = await openFile('goose/migrations/00001_create_orders.sql');
    const lenses = await eventually('the links are there', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
      const links = found.flatMap(({ command }) => (command?.command === 'faultline.selectRange' ? [command] : []));
      return links.length === 2 ? links : undefined;
    });
    const back = lenses.find(({ title }) => title.startsWith('Rollback of'));
    assert.ok(back, lenses.map(({ title }) => title).join('; '));
    await vscode.commands.executeCommand(back.command, ...(back.arguments ?? []));
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.match(editor.document.lineAt(editor.selection.active.line).text, /CREATE TABLE/i, 'the selection is on the up');
  });

  it('safe fixes are applied at once, as saving does', async () => {
    const document = await openFile('goose/migrations/00002_add_currency.sql');
    const actions = await eventually('there is a fix for all', async () => {
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      const kind = 'source.fixAll.faultline';
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, all, kind);
      return found.length > 0 ? found : undefined;
    });
    const before = document.getText();
    assert.equal(actions.length, 1);
    const edit = actions[0]?.edit;
    assert.ok(edit);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.notEqual(document.getText(), before);
  });
});
