import { join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { type FindCommandsParams, type FindCommandsResult, findCommandsRequest } from '../protocol/language';
import type { CommandChoice, PanelCommand } from '../protocol/panel';
import type { LanguageServer } from './language-server';

const lastCommandKey = 'faultline.lastCommand';

/** The migration commands of the workspace: those that were found, and the one that was used last. */
export class MigrationCommands {
  constructor(
    private readonly server: LanguageServer,
    private readonly memory: vscode.Memento,
  ) {}

  /** What was found below the folders of the workspace, the likeliest first. Looks again at each call: files come and go. */
  async find(): Promise<readonly CommandChoice[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const found = await Promise.all(
      folders.map(async ({ uri }) => {
        const parameters: FindCommandsParams = { uri: uri.toString() };
        const commands = (await this.server.request<FindCommandsResult>(findCommandsRequest, parameters)) ?? [];
        return commands.map(({ title, command, directory, why }) => {
          const absolute = directory === '' ? uri.fsPath : join(uri.fsPath, directory);
          return { title, text: command, directory: absolute, shownDirectory: shownDirectory(absolute), why };
        });
      }),
    );
    return found.flat();
  }

  /** The command that was simulated last in this workspace. */
  get last(): PanelCommand | undefined {
    const kept: unknown = this.memory.get(lastCommandKey);
    return isPanelCommand(kept) ? kept : undefined;
  }

  async remember(command: PanelCommand): Promise<void> {
    await this.memory.update(lastCommandKey, command);
  }
}

/** A directory as seen from its workspace folder; with the folder's name where there are several. Empty for the only folder itself. */
export function shownDirectory(directory: string): string {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(directory));
  if (folder === undefined) return directory;
  const inside = relative(folder.uri.fsPath, directory).split(sep).join('/');
  const several = (vscode.workspace.workspaceFolders ?? []).length > 1;
  return several ? [folder.name, inside].filter((part) => part !== '').join('/') : inside;
}

export function sameCommand(left: PanelCommand | undefined, right: PanelCommand | undefined): boolean {
  return left?.text === right?.text && left?.directory === right?.directory;
}

/** What came from outside: the workspace's storage, a keybinding's arguments. */
export function isPanelCommand(value: unknown): value is PanelCommand {
  const command = value as Partial<PanelCommand> | null | undefined;
  return typeof command?.text === 'string' && command.text.trim() !== '' && typeof command.directory === 'string';
}
