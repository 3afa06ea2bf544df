import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { apply, closeAll, eventually, fileUri, findingOf, findings, openFile, pause, quickFixes, ruleOf } from './workspace';

const knex = 'knex/migrations/20260102090000_index_owner.js';
const typeorm = 'typeorm/src/migrations/1767312000000-RoomFloors.ts';

describe('migrations in code', () => {
  afterEach(closeAll);

  it('have their findings in the template literal, and a fix edits inside it', async () => {
    const document = await openFile(knex);
    const found = await findingOf(document, 'index-not-concurrent');
    assert.equal(document.getText(found.range), 'CREATE INDEX baskets_owner_idx');
    const actions = await quickFixes(document, found.range);
    const fix = actions.find(({ title }) => title.startsWith('Build the index concurrently'));
    assert.ok(fix, `a fix among: ${actions.map(({ title }) => title).join('; ')}`);
    await apply(fix);
    assert.match(
      document.getText(),
      /knex\.raw\(`\n {4}CREATE INDEX CONCURRENTLY (IF NOT EXISTS )?baskets_owner_idx\n {6}ON baskets \(owner\)/,
    );
    await eventually('the finding is gone', () =>
      findings(document).some((of) => ruleOf(of) === 'index-not-concurrent') ? undefined : true,
    );
  });

  it('get their rollback in the form of the tool', async () => {
    const document = await openFile(knex);
    await findingOf(document, 'missing-rollback');
    await vscode.commands.executeCommand('faultline.insertRollback');
    const text = await eventually('the rollback is inserted', () =>
      /exports\.down/.test(document.getText()) ? document.getText() : undefined,
    );
    assert.match(text.slice(text.indexOf('exports.down')), /DROP INDEX (CONCURRENTLY )?(IF EXISTS )?"?baskets_owner_idx"?/);
  });

  it('of TypeORM know what earlier ones made, and what a template holds', async () => {
    const document = await openFile(typeorm);
    const found = await findingOf(document, 'set-not-null-scan');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what the file has
    assert.equal(document.getText(found.range), 'ALTER TABLE ${rooms} ALTER COLUMN name SET NOT NULL');
    await vscode.commands.executeCommand('faultline.insertRollback');
    const text = await eventually('the rollback is inserted', () =>
      /async down/.test(document.getText()) ? document.getText() : undefined,
    );
    assert.match(text.slice(text.indexOf('async down')), /wing[\s\S]*name[\s\S]*DROP NOT NULL/);
  });

  it('can be told to be ignored by a comment of the code', async () => {
    const document = await openFile(typeorm);
    const found = await findingOf(document, 'set-not-null-scan');
    const actions = await quickFixes(document, found.range);
    const ignore = actions.find((action) => action.title === 'Ignore this finding here (set-not-null-scan)');
    assert.ok(ignore);
    await apply(ignore);
    assert.match(document.lineAt(found.range.start.line).text, /^ {4}\/\/ faultline-ignore set-not-null-scan: .+/);
    await eventually('the finding is suppressed', () =>
      findings(document).some((of) => ruleOf(of) === 'set-not-null-scan') ? undefined : true,
    );
  });

  it('show the SQL of a builder when it is pointed at, and what simulates them above it', async () => {
    const document = await openFile(typeorm);
    await findingOf(document, 'set-not-null-scan');
    const place = document.positionAt(document.getText().indexOf('addColumn') + 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, place);
    const shown = hovers
      .flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : content.value)))
      .join('\n');
    assert.match(shown, /ALTER TABLE .*rooms.* ADD .*wing/);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
    assert.ok(
      lenses.some(({ command }) => command?.title === 'Simulate failures with TypeORM'),
      lenses.map(({ command }) => command?.title).join('; '),
    );
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.ok(symbols.some(({ name }) => name.startsWith('ALTER TABLE')) || symbols.some(({ children }) => children.length > 0));
  });

  it('are only what lies or is called like one: other code gets nothing', async () => {
    await findingOf(await openFile(knex), 'index-not-concurrent'); // the server is up
    const document = await openFile('typeorm/src/tools/rename.ts');
    await pause(1_000);
    assert.deepEqual(findings(document), []);
    assert.deepEqual(findings(await vscode.workspace.openTextDocument(fileUri('knex/knexfile.js'))), []);
  });
});
