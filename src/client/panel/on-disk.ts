import { basename } from 'node:path';
import * as vscode from 'vscode';

/**
 * The runner reads the disk, and what is simulated must be what the editor shows: a migration that is being edited is saved. Says why there is
 * nothing to read, or something else; undefined when all is well.
 */
export async function saveToRun(path: string): Promise<string | undefined> {
  const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.fsPath === path && candidate.isDirty);
  if (document !== undefined && !(await document.save())) {
    return `${basename(path)} could not be saved, and a simulation reads it from the disk. Save it, then try again.`;
  }
  try {
    await vscode.workspace.fs.stat(vscode.Uri.file(path));
    return undefined;
  } catch {
    return `${basename(path)} is not there any more. Bring it back and try again, or simulate it from its new place.`;
  }
}
