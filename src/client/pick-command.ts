import * as vscode from 'vscode';
import { withoutPasswords } from '../model/secrets';
import type { CommandChoice, PanelCommand } from '../protocol/panel';
import { type MigrationCommands, sameCommand, shownDirectory } from './migration-commands';
import { manageTrust, untrustedReason } from './panel/subject';

interface Item extends vscode.QuickPickItem {
  readonly command?: PanelCommand;
  /** The item that asks for a command. */
  readonly enters?: true;
}

/** Asks which migration command to simulate. Undefined when nothing was chosen, or when nothing may be run here. */
export async function pickCommand(commands: MigrationCommands): Promise<PanelCommand | undefined> {
  if (!(await mayRun())) return undefined;
  const item = await vscode.window.showQuickPick<Item>(itemsOf(commands), {
    title: 'Simulate a Migration Command',
    placeHolder: 'Which command migrates the database? It runs in a throwaway one.',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (item?.enters === true) return enterCommand(commands.last);
  return item?.command;
}

/** Says why not, where a command may not be run. */
async function mayRun(): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    const manage = 'Manage Workspace Trust';
    const answer = await vscode.window.showWarningMessage(untrustedReason('a command of the workspace'), manage);
    if (answer === manage) await manageTrust();
    return false;
  }
  if ((vscode.workspace.workspaceFolders ?? []).length > 0) return true;
  void vscode.window.showInformationMessage('Open the folder of your project first: a migration command runs in it.');
  return false;
}

async function itemsOf(commands: MigrationCommands): Promise<Item[]> {
  const found = await commands.find();
  const last = commands.last;
  const others = found.filter((choice) => !sameCommand(choice, last));
  return [
    ...(last === undefined ? [] : [separator('last used'), lastItem(last, found)]),
    ...(others.length === 0 ? [] : [separator('found in this workspace'), ...others.map(itemOf)]),
    separator(found.length === 0 ? 'no migration command was found in this workspace' : ''),
    { label: '$(edit) Enter a command…', alwaysShow: true, enters: true },
  ];
}

function lastItem(last: PanelCommand, found: readonly CommandChoice[]): Item {
  const known = found.find((choice) => sameCommand(choice, last));
  return itemOf(known ?? { ...last, title: withoutPasswords(last.text), shownDirectory: shownDirectory(last.directory), why: '' });
}

function itemOf({ title, text, directory, shownDirectory: shown, why }: CommandChoice): Item {
  return { label: title, description: shown, detail: why, iconPath: new vscode.ThemeIcon('terminal'), command: { text, directory } };
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

async function enterCommand(last: PanelCommand | undefined): Promise<PanelCommand | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Where does it run?' }) : folders[0];
  if (folder === undefined) return undefined;
  const directory = folder.uri.fsPath;
  const text = await vscode.window.showInputBox({
    title: 'Simulate a Migration Command',
    prompt: `Runs in ${folder.name}; use cd for a folder of it. DATABASE_URL and PGHOST and its kin point at a throwaway database, and {url} stands for its address.`,
    placeHolder: 'npx knex migrate:latest',
    value: last?.directory === directory ? last.text : '',
    validateInput: (value) => (value.trim() === '' ? 'Type a command, as in a terminal.' : undefined),
    ignoreFocusOut: true,
  });
  return text === undefined ? undefined : { text: text.trim(), directory };
}
