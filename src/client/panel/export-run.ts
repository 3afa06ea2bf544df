import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulation } from '../../model/simulation';
import { type ReportFormat, type ReportParams, type ReportResult, reportRequest } from '../../protocol/language';
import type { LanguageServer } from '../language-server';

interface Form extends vscode.QuickPickItem {
  readonly format: ReportFormat;
  readonly extension: string;
}

const forms: readonly Form[] = [
  {
    format: 'markdown',
    extension: 'md',
    label: 'Runbook',
    description: 'Markdown',
    detail: 'What to do on each failure, for a pull request or a wiki.',
  },
  {
    format: 'html',
    extension: 'html',
    label: 'Report',
    description: 'HTML',
    detail: 'The matrix and the story of each cell, in one file for the browser.',
  },
  {
    format: 'json',
    extension: 'json',
    label: 'Data',
    description: 'JSON',
    detail: 'As faultline simulate --format json gives it, for scripts.',
  },
];

/** Writes a finished run to a file of the user's choice, as the command line would, and shows it. `path`: the migration, or the command's directory. */
export async function exportRun(simulation: Simulation, path: string, server: LanguageServer): Promise<void> {
  const form = await vscode.window.showQuickPick(forms, { title: 'Export the Simulation', placeHolder: 'As what?' });
  if (form === undefined) return;
  const parameters: ReportParams = { simulation: withShownPath(simulation, path), format: form.format };
  const result = await server.request<ReportResult>(reportRequest, parameters);
  if (result === undefined) throw new Error('the report could not be written, because the language server gave no answer.');
  const about = simulation.migration.command === undefined ? basename(path, extname(path)) : 'migration-command';
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path))?.uri.fsPath ?? dirname(path);
  const target = await vscode.window.showSaveDialog({
    title: `Export the ${form.label}`,
    // Not beside the migration, nor called like one: golang-migrate takes whatever is called 1_name.up.anything for a migration.
    defaultUri: vscode.Uri.file(join(folder, `failures-${about}.${form.extension}`)),
    filters: { [form.description ?? '']: [form.extension] },
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(result.text));
  if (form.format === 'html') await offerBrowser(target);
  else await vscode.window.showTextDocument(target, { viewColumn: vscode.ViewColumn.One });
}

/** The runner names files relative to their folder; a reader wants them as they lie in the workspace. */
function withShownPath(simulation: Simulation, path: string): Simulation {
  const { migration } = simulation;
  return migration.path === undefined
    ? simulation
    : { ...simulation, migration: { ...migration, path: vscode.workspace.asRelativePath(path, false) } };
}

async function offerBrowser(target: vscode.Uri): Promise<void> {
  const open = 'Open in Browser';
  const answer = await vscode.window.showInformationMessage(`${basename(target.fsPath)} was written.`, open);
  if (answer === open) await vscode.env.openExternal(target);
}
