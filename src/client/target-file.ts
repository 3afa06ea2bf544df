import * as vscode from 'vscode';
import { migrationSelector } from './selector';

/**
 * The file that a command of the palette, a menu or the walkthrough is about. A page such as the walkthrough or a panel is no editor: then it
 * is the last editor's file that may be a migration.
 */
export class TargetFile implements vscode.Disposable {
  private last: vscode.Uri | undefined;
  private readonly registration: vscode.Disposable;

  constructor() {
    this.remember(vscode.window.activeTextEditor);
    this.registration = vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor));
  }

  dispose(): void {
    this.registration.dispose();
  }

  /** `argument`: a URI, or one as text from a code lens. Undefined when there is no file on disk, which the user is told. */
  find(argument: unknown): vscode.Uri | undefined {
    const uri = this.named(argument);
    if (uri?.scheme === 'file') return uri;
    void offerToOpen();
    return undefined;
  }

  private named(argument: unknown): vscode.Uri | undefined {
    if (argument instanceof vscode.Uri) return argument;
    if (typeof argument === 'string') return vscode.Uri.parse(argument, true);
    const active = vscode.window.activeTextEditor;
    return active === undefined ? this.last : active.document.uri;
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (editor !== undefined && vscode.languages.match(migrationSelector, editor.document) > 0) this.last = editor.document.uri;
  }
}

async function offerToOpen(): Promise<void> {
  const open = 'Open a File';
  const message = 'Open a migration file first: Faultline works on the file in the active editor.';
  const answer = await vscode.window.showInformationMessage(message, open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.quickOpen');
}
