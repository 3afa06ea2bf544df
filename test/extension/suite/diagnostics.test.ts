import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, findingOf, findings, openFile, pause, ruleOf } from './workspace';

const addCurrency = 'goose/migrations/00002_add_currency.sql';
const blockingIndex = 'index-not-concurrent';

describe('diagnostics', () => {
  afterEach(closeAll);

  it('stand at the statement, with rule, link, severity and source', async () => {
    const document = await openFile(addCurrency);
    const found = await findingOf(document, blockingIndex);
    assert.match(document.getText(found.range), /CREATE INDEX/);
    assert.ok(typeof found.code === 'object' && found.code.target.toString().includes(blockingIndex), 'the code links to the rule’s page');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(found.source, 'faultline');
    assert.match(found.message, /orders/);
  });

  it('link to the rule’s page, which needs no network and is shown as it is meant to be read', async () => {
    const found = await findingOf(await openFile(addCurrency), blockingIndex);
    assert.ok(typeof found.code === 'object');
    await vscode.window.showTextDocument(found.code.target);
    const shown = await eventually('the page is shown in place of its text', () => {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.includes(`${blockingIndex}.md`));
      return tabs.length === 1 && !(tabs[0]?.input instanceof vscode.TabInputText) ? tabs[0] : undefined;
    });
    assert.match(shown.label, /Preview/);
  });

  it('are there for a file whose version another has, which no tool would run', async () => {
    const clash = fileUri('flyway/sql/V2__again.sql');
    await vscode.workspace.fs.writeFile(clash, Buffer.from('CREATE TABLE again (id bigint PRIMARY KEY);\n'));
    try {
      const documents = [await openFile('flyway/sql/V2__again.sql'), await openFile('flyway/sql/V2__index_accounts.sql')];
      const found = await eventually('one of the two is refused', () =>
        documents.flatMap(findings).find((finding) => ruleOf(finding) === 'unusable-file'),
      );
      assert.match(found.message, /version 2/);
      await closeAll();
      // Only one of the two is open: the finding stands in the other.
      await openFile('flyway/sql/V2__again.sql');
      const other = fileUri('flyway/sql/V2__index_accounts.sql');
      const isTold = () => vscode.languages.getDiagnostics(other).some((finding) => ruleOf(finding) === 'unusable-file');
      await eventually('the other file is told', () => (isTold() ? true : undefined));
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(clash);
    }
  });

  it('stand at the right place after multi-byte text', async () => {
    const document = await openFile('flyway/sql/V2__index_accounts.sql');
    const found = await findingOf(document, blockingIndex);
    assert.equal(found.range.start.line, 1);
    assert.match(document.getText(found.range), /^CREATE INDEX/);
  });

  it('are absent in a file that is not a migration', async () => {
    await findingOf(await openFile(addCurrency), blockingIndex); // the server is up
    const document = await openFile('queries/revenue_report.sql');
    await pause(1_000);
    assert.deepEqual(findings(document), []);
  });

  it('go on after a statement that is only half typed', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(2, 0), 'ALTER TABEL orders ADD;\n');
    await vscode.workspace.applyEdit(edit);
    const unreadable = await findingOf(document, 'unreadable-statement');
    assert.equal(unreadable.range.start.line, 2);
    assert.equal((await findingOf(document, blockingIndex)).range.start.line, 7);
  });

  it('follow faultline.json', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    const configuration = fileUri('faultline.json');
    await vscode.workspace.fs.writeFile(configuration, Buffer.from(JSON.stringify({ rules: { [blockingIndex]: 'off' } })));
    try {
      await eventually('the rule is off', () => (findings(document).some((found) => ruleOf(found) === blockingIndex) ? undefined : true));
    } finally {
      await vscode.workspace.fs.delete(configuration);
    }
    await findingOf(document, blockingIndex);
  });

  it('name the key that is wrong in faultline.json', async () => {
    const uri = fileUri('faultline.json');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('{\n  "seedRows": -5\n}\n'));
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const [found] = await eventually('a diagnostic in faultline.json', () => {
        const own = findings(document);
        return own.length > 0 ? own : undefined;
      });
      assert.ok(found);
      assert.equal(document.getText(found.range), '"seedRows"');
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(uri);
    }
  });

  it('name what is wrong in faultline.json while a migration is open that it holds for, and take it back', async () => {
    // One that no test has opened: VS Code keeps a document for minutes.
    const uri = fileUri('goose/faultline.json');
    const said = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'faultline');
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    await vscode.workspace.fs.writeFile(uri, Buffer.from('{\n  "rules": { "missing-gard": "off" },\n  "schema": "gone.sql"\n}\n'));
    try {
      const shown = await eventually('diagnostics in a file that nobody opened', () => (said().length === 2 ? said() : undefined));
      assert.deepEqual(
        shown.map(({ range, message }) => [range.start.line, /missing-guard|gone\.sql/.exec(message)?.[0]]),
        [
          [1, 'missing-guard'],
          [2, 'gone.sql'],
        ],
      );
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
    await eventually('nothing is said of a file that is gone', () => (said().length === 0 ? true : undefined));
  });
});
