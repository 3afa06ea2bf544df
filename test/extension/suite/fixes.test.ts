import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { apply, closeAll, eventually, findingOf, findings, openFile, quickFixes, ruleOf } from './workspace';

const addCurrency = 'goose/migrations/00002_add_currency.sql';
const blockingIndex = 'index-not-concurrent';

describe('fixes', () => {
  afterEach(closeAll);

  it('make the index concurrent, and the finding goes away', async () => {
    const document = await openFile(addCurrency);
    const found = await findingOf(document, blockingIndex);
    const actions = await quickFixes(document, found.range);
    const fix = actions.find(({ title }) => title === 'Build the index concurrently');
    assert.ok(fix, `a fix among: ${actions.map(({ title }) => title).join('; ')}`);
    await apply(fix);
    assert.match(document.getText(), /CREATE INDEX CONCURRENTLY (IF NOT EXISTS )?orders_currency_idx ON orders \(currency\);/);
    await eventually('the finding is gone', () => (findings(document).some((of) => ruleOf(of) === blockingIndex) ? undefined : true));
  });

  it('can ignore a finding, with a reason to be typed', async () => {
    const document = await openFile(addCurrency);
    const found = await findingOf(document, blockingIndex);
    const actions = await quickFixes(document, found.range);
    const ignore = actions.find((action) => action.title === `Ignore this finding here (${blockingIndex})`);
    assert.ok(ignore);
    await apply(ignore);
    const line = document.lineAt(found.range.start.line).text;
    assert.match(line, new RegExp(`^-- faultline-ignore ${blockingIndex}: .+`));
    const editor = vscode.window.activeTextEditor;
    assert.equal(line.slice(0, editor?.selection.start.character), `-- faultline-ignore ${blockingIndex}: `, 'the reason is selected');
    await eventually('the finding is suppressed', () => (findings(document).some((of) => ruleOf(of) === blockingIndex) ? undefined : true));
  });

  it('are preferred where they are safe, and come before the suppressions', async () => {
    const document = await openFile(addCurrency);
    const found = await findingOf(document, 'missing-rollback');
    const actions = await quickFixes(document, found.range);
    const preferred = actions.filter(({ isPreferred }) => isPreferred).map(({ title }) => title);
    assert.ok(preferred.includes('Insert the rollback'), preferred.join('; '));
    assert.ok(!preferred.includes('Run it in one transaction'), 'a fix that is not safe is not preferred');
    const ignores = actions.map(({ title }) => Number(/^Ignore /.test(title)) + Number(/^Ignore .* in the whole file$/.test(title)));
    assert.ok(ignores.includes(1) && ignores.includes(2));
    assert.deepEqual(ignores, [...ignores].sort(), actions.map(({ title }) => title).join('; '));
  });

  it('are all applied by source.fixAll, as far as they are safe', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const kind = vscode.CodeActionKind.SourceFixAll.append('faultline').value;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      whole,
      kind,
    );
    assert.equal(actions.length, 1);
    const [all] = actions;
    assert.ok(all);
    await apply(all);
    const text = document.getText();
    assert.match(text, /ADD COLUMN IF NOT EXISTS currency text;/);
    assert.match(text, /^-- \+goose Down$/m);
    assert.match(text, /UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;/, 'what may change data is left alone');
    assert.doesNotMatch(text, /CREATE INDEX CONCURRENTLY/, 'what is not safe is left alone');
  });

  it('are offered all at once among the others, where more than one is safe', async () => {
    const document = await openFile(addCurrency);
    const found = await findingOf(document, 'missing-rollback');
    const all = (await quickFixes(document, found.range)).find(({ title }) => title === 'Apply all safe Faultline fixes');
    assert.ok(all?.command);
    await vscode.commands.executeCommand(all.command.command, ...(all.command.arguments ?? []));
    await eventually('the fixes are applied', () =>
      /ADD COLUMN IF NOT EXISTS[\s\S]*\+goose Down/.test(document.getText()) ? true : undefined,
    );
    const index = await findingOf(document, blockingIndex);
    const titles = (await quickFixes(document, index.range)).map(({ title }) => title);
    assert.ok(!titles.includes('Apply all safe Faultline fixes'), titles.join('; '));
  });
});
