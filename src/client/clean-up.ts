import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import type { Output } from './output';

/** Removes sandboxes whose owner died, by the command line's `clean`, and says what was removed. */
export async function cleanUpSandboxes(context: vscode.ExtensionContext, output: Output): Promise<void> {
  const program = context.asAbsolutePath('dist/cli.js');
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Faultline: cleaning up sandboxes' }, async () => {
    const { lines, problem } = await runNode(program, ['clean']);
    for (const line of lines) output.info(line);
    if (problem !== undefined) {
      output.error(problem);
      void vscode.window.showErrorMessage(`Sandboxes could not be cleaned up: ${problem}`);
      return;
    }
    void vscode.window.showInformationMessage(`Sandboxes: ${lines.join(' ')}`);
  });
}

/** Runs a bundled program in VS Code's own Node, so that the user needs none. */
function runNode(program: string, args: readonly string[]): Promise<{ lines: string[]; problem?: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    execFile(process.execPath, [program, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line.trim() !== '');
      resolve(error === null ? { lines } : { lines, problem: stderr.trim().split('\n').at(-1) || error.message });
    });
  });
}
