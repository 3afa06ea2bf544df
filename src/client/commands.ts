import * as vscode from 'vscode';
import {
  fixAllCommand,
  fixAllKind,
  type GenerateDownParams,
  generateDownRequest,
  type PlaceDownResult,
  simulateCommand,
  type ToolCommandParams,
  type ToolCommandResult,
  toolCommandRequest,
} from '../protocol/language';
import { cleanUpSandboxes } from './clean-up';
import type { LanguageServer } from './language-server';
import { isPanelCommand, type MigrationCommands } from './migration-commands';
import type { Output } from './output';
import type { SimulationPanels } from './panel/panels';
import { pickCommand } from './pick-command';
import { applyPlacement } from './place-down';
import type { PlanView } from './plan-view';
import { TargetFile } from './target-file';

export interface CommandServices {
  readonly server: LanguageServer;
  readonly panels: SimulationPanels;
  readonly migrationCommands: MigrationCommands;
  readonly planView: PlanView;
  readonly output: Output;
}

/** Registers every command of the palette, the menus and the code lenses. */
export function registerCommands(context: vscode.ExtensionContext, services: CommandServices): void {
  const { server, panels, migrationCommands, planView, output } = services;
  const files = new TargetFile();
  context.subscriptions.push(files);
  const withFile = async (argument: unknown, run: (uri: vscode.Uri) => Promise<void>): Promise<void> => {
    const uri = files.find(argument);
    if (uri !== undefined) await run(uri);
  };
  const commands: Record<string, (argument?: unknown, ...rest: unknown[]) => unknown> = {
    [simulateCommand]: (target) => withFile(target, (uri) => simulateFile(server, panels, uri)),
    'faultline.simulateCommand': (command) => simulateCommandOf(command, migrationCommands, panels),
    [fixAllCommand]: (target) => withFile(target, applySafeFixes),
    'faultline.showPlan': (target) => withFile(target, (uri) => planView.show(uri)),
    'faultline.insertRollback': (target) => withFile(target, (uri) => insertRollback(server, uri)),
    'faultline.cleanUp': () => cleanUpSandboxes(context, output),
    'faultline.showOutput': () => output.channel.show(),
    'faultline.restartServer': () => server.restart(),
    'faultline.openSettings': () => vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`),
    'faultline.selectRange': selectRange,
  };
  for (const [name, run] of Object.entries(commands)) context.subscriptions.push(vscode.commands.registerCommand(name, run));
}

/** A migration that only its own tool can run is simulated by the command that runs it. */
async function simulateFile(server: LanguageServer, panels: SimulationPanels, uri: vscode.Uri): Promise<void> {
  const parameters: ToolCommandParams = { uri: uri.toString() };
  const command = await server.request<ToolCommandResult>(toolCommandRequest, parameters);
  if (command) panels.openCommand(command);
  else await panels.open(uri);
}

/** Opens the panel of a command: of the one that a keybinding or task names (`{ text, directory }`), else of one that is picked. */
async function simulateCommandOf(argument: unknown, commands: MigrationCommands, panels: SimulationPanels): Promise<void> {
  const command = isPanelCommand(argument) ? argument : await pickCommand(commands);
  if (command !== undefined) panels.openCommand(command);
}

/** Applies what `source.fixAll` would, without a save. The editor's own undo takes it back in one step. */
async function applySafeFixes(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, whole, fixAllKind);
  const edit = found.find(({ kind }) => kind?.value === fixAllKind)?.edit;
  if (edit === undefined) void vscode.window.showInformationMessage('There is no fix here that is safe to apply by itself.');
  else await vscode.workspace.applyEdit(edit);
}

/** Generates the migration's rollback and puts it where its framework looks for it. */
async function insertRollback(server: LanguageServer, uri: vscode.Uri): Promise<void> {
  const parameters: GenerateDownParams = { uri: uri.toString() };
  const placement = await server.request<PlaceDownResult>(generateDownRequest, parameters);
  if (placement === undefined) {
    void vscode.window.showErrorMessage(
      'The rollback could not be generated: the language server gave no answer. See the Faultline output.',
    );
    return;
  }
  await applyPlacement(placement);
}

/** Selects a place in a file, so that what was just inserted there can be typed over. Arguments: URI, LSP range. */
async function selectRange(uri: unknown, range: unknown): Promise<void> {
  if (typeof uri !== 'string' || !isRange(range)) return;
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(uri, true));
  const selection = new vscode.Selection(range.start.line, range.start.character, range.end.line, range.end.character);
  editor.selection = selection;
  editor.revealRange(selection);
}

interface PlainRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

function isRange(value: unknown): value is PlainRange {
  const range = value as Partial<PlainRange> | null | undefined;
  return [range?.start, range?.end].every((position) => typeof position?.line === 'number' && typeof position.character === 'number');
}
