import * as vscode from 'vscode';
import type { PlaceDownResult } from '../protocol/language';

/** Applies a rollback's placement to the workspace and shows the place. It is left unsaved, for the user to read first. */
export async function applyPlacement(placement: PlaceDownResult): Promise<void> {
  if (placement.kind === 'unsupported') {
    void vscode.window.showWarningMessage(placement.why);
    return;
  }
  const uri = vscode.Uri.parse(placement.uri, true);
  const edit = new vscode.WorkspaceEdit();
  let line = 0;
  if (placement.kind === 'create') {
    edit.createFile(uri, { ignoreIfExists: true });
    edit.insert(uri, new vscode.Position(0, 0), placement.text);
  } else {
    const { start, end } = placement.range;
    edit.replace(uri, new vscode.Range(start.line, start.character, end.line, end.character), placement.newText);
    line = start.line + leadingBlankLines(placement.newText);
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showErrorMessage('The rollback could not be inserted: the file changed meanwhile. Try again.');
    return;
  }
  const editor = await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One });
  const position = new vscode.Position(line, 0);
  editor.selection = new vscode.Selection(position, position);
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function leadingBlankLines(text: string): number {
  return (/^\s*\n/.exec(text)?.[0].split('\n').length ?? 1) - 1;
}
