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
