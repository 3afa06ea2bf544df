import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, eventually, findingOf, openFile } from './workspace';

const addCurrency = 'goose/migrations/00002_add_currency.sql';

function markdownOf(hovers: readonly vscode.Hover[]): string {
  return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : content.value))).join('\n');
}

describe('explanations', () => {
  afterEach(closeAll);

  it('on hover: transaction, locks and cost with the reason', async () => {
    const document = await openFile(addCurrency);
    const place = document.positionAt(document.getText().indexOf('SET NOT NULL'));
    const text = await eventually('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, place);
      return markdownOf(hovers) || undefined;
    });
    assert.match(text, /Statement 4 of 4/);
    assert.match(text, /Transaction.*none/);
    assert.match(text, /ACCESS EXCLUSIVE on `orders`/);
    assert.match(text, /reads the whole table/);
  });

  it('of a rule that a comment names: completed with what it finds, and on hover with a link to its page', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, 'index-not-concurrent');
    const edit = new vscode.WorkspaceEdit();
    const statement = document.positionAt(document.getText().indexOf('CREATE INDEX'));
    edit.insert(document.uri, statement, '-- faultline-ignore \n');
    await vscode.workspace.applyEdit(edit);
    const end = document.lineAt(statement.line).range.end;
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      end,
      ' ',
    );
    const item = items.find(({ label }) => (typeof label === 'object' ? label.label : label) === 'index-not-concurrent');
    assert.ok(item, 'the rule is offered');
    assert.match(item.documentation instanceof vscode.MarkdownString ? item.documentation.value : '', /default severity: error/);
    const named = new vscode.WorkspaceEdit();
    named.insert(document.uri, end, 'index-not-concurrent: a test');
    await vscode.workspace.applyEdit(named);
    const text = await eventually('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, end);
      const shown = markdownOf(hovers);
      return shown.includes('default severity') ? shown : undefined;
    });
    assert.match(text, /\]\(command:faultline\.openRule\?%5B%22index-not-concurrent%22%5D\)/);
    await vscode.commands.executeCommand('faultline.openRule', 'index-not-concurrent');
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
    await eventually(
      `the page is shown: ${tabs().join()}`,
      () => tabs().some((label) => label.includes('index-not-concurrent.md')) || undefined,
    );
  });

  it('of a name: where a migration created it, and who else names it', async () => {
    const document = await openFile(addCurrency);
    const place = document.positionAt(document.getText().indexOf('orders') + 2);
    const locations = await eventually('a definition', async () => {
      const found = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeDefinitionProvider', document.uri, place);
      return found.length > 0 ? found : undefined;
    });
    const [location] = locations;
    assert.ok(location);
    assert.match(location.uri.path, /\/goose\/migrations\/00001_[^/]*\.sql$/);
    const target = await vscode.workspace.openTextDocument(location.uri);
    assert.match(target.lineAt(location.range.start.line).text, /CREATE TABLE orders/);
    assert.equal(target.getText(location.range), 'orders');
    const references = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', document.uri, place);
    assert.ok(new Set(references.map(({ uri }) => uri.path)).size > 1, 'in both files');
  });

  it('above the first statement: simulate, and how it will run', async () => {
    const document = await openFile(addCurrency);
    const lenses = await eventually('code lenses', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      lenses.map((lens) => lens.range.start.line),
      [2, 2],
    );
    const [simulate, summary] = lenses;
    assert.equal(simulate?.command?.title, 'Simulate failures');
    assert.equal(simulate?.command?.command, 'faultline.simulate');
    assert.deepEqual(simulate?.command?.arguments, [document.uri.toString()]);
    assert.match(summary?.command?.title ?? '', /4 statements/);
  });

  it('as a document: the execution plan', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, 'index-not-concurrent');
    await vscode.commands.executeCommand('faultline.showPlan');
    const plan = vscode.Uri.from({
      scheme: 'faultline-plan',
      path: 'Plan of 00002_add_currency.sql.md',
      query: document.uri.toString(),
    });
    const text = (await vscode.workspace.openTextDocument(plan)).getText();
    assert.match(text, /^## Up$/m);
    assert.match(text, /CREATE INDEX orders_currency_idx/);
  });
});
