import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { closeAll, eventually, findingOf, findings, openFile } from './workspace';

const addCurrency = 'goose/migrations/00002_add_currency.sql';
const blockingIndex = 'index-not-concurrent';

/** The process ids of the language servers that this extension host has started. */
async function serverProcesses(): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, ...command] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && command.join(' ').includes('dist/server.js') ? [Number(pid)] : [];
  });
}

describe('the language server', () => {
  afterEach(closeAll);

  it('runs in a process of its own, and is started again when it is killed', async function () {
    if (process.platform === 'win32') this.skip();
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    const [first, ...others] = await serverProcesses();
    assert.ok(first !== undefined, 'one server runs');
    assert.deepEqual(others, []);
    process.kill(first, 'SIGKILL');
    const second = await eventually('another server runs', async () => (await serverProcesses()).find((pid) => pid !== first));
    assert.notEqual(second, first);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      '-- +goose Up\nCREATE INDEX late_idx ON orders (total_cents);\n',
    );
    await vscode.workspace.applyEdit(edit);
    const again = await eventually('the new server lints the new text', () =>
      findings(document).find((found) => found.range.start.line === 1),
    );
    assert.match(document.getText(again.range), /late_idx/);
  });

  it('survives whatever is typed', async () => {
    const document = await openFile(addCurrency);
    await findingOf(document, blockingIndex);
    const before = await serverProcesses();
    for (const text of [
      '',
      '\u0000',
      "SELECT '",
      '$$',
      '/* /*',
      '-- migrate:up\n((((',
      '\ud800',
      '-- migrate:up\n\\set x 1\nSELECT :x;',
      ';;;;',
    ]) {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
      await vscode.workspace.applyEdit(edit);
      await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, new vscode.Position(0, 0));
      await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri);
    }
    assert.deepEqual(await serverProcesses(), before);
  });
});
