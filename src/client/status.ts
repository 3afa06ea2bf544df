import * as vscode from 'vscode';
import { type DescribeParams, type DescribeResult, describeRequest } from '../protocol/language';
import type { LanguageServer } from './language-server';
import { migrationSelector } from './selector';

/** The context key that menus ask: is the active editor's file a migration? */
const migrationContext = 'faultline.isMigration';

/** The language status item: what the active file was recognised as, or that the server is down. Keeps the menus' context key. */
export function createStatusItem(context: vscode.ExtensionContext, server: LanguageServer): void {
  const item = vscode.languages.createLanguageStatusItem('faultline.status', migrationSelector);
  item.name = 'Faultline';
  item.text = 'Faultline'; // until the server has answered
  item.busy = true;

  async function refresh(): Promise<void> {
    if (server.state === 'stopped') {
      show('Faultline: not running', '', vscode.LanguageStatusSeverity.Error, { command: 'faultline.restartServer', title: 'Start' });
      return;
    }
    const document = vscode.window.activeTextEditor?.document;
    item.busy = server.state === 'starting';
    if (document === undefined || document.uri.scheme !== 'file') return setMigration(false);
    const uri = document.uri.toString();
    const parameters: DescribeParams = { uri };
    const description = await server.request<DescribeResult>(describeRequest, parameters);
    if (vscode.window.activeTextEditor?.document.uri.toString() !== uri) return; // another file was opened meanwhile
    setMigration(description?.isMigration === true);
    if (description === undefined) return;
    const information = vscode.LanguageStatusSeverity.Information;
    const { configurationProblem: problem } = description;
    if (problem !== undefined && (description.isMigration || description.why !== undefined)) {
      // What it is stands in the file: the list of status items has one line for each.
      const command = { command: 'faultline.selectRange', title: 'Show', arguments: [problem.uri, problem.range] };
      show('faultline.json needs a correction', '', vscode.LanguageStatusSeverity.Error, command);
    } else if (description.isMigration) {
      const simulate = { command: 'faultline.simulate', title: 'Simulate failures' };
      show(`${description.framework} · ${description.engine}`, description.summary, information, simulate);
    } else {
      const text = description.why === undefined ? 'Faultline: not a migration' : 'Faultline: not linted';
      show(text, description.why ?? '', information, { command: 'faultline.openSettings', title: 'Settings' });
    }
  }

  function show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, command: vscode.Command): void {
    item.text = text;
    item.detail = detail;
    item.severity = severity;
    item.command = command;
  }

  function setMigration(value: boolean): void {
    void vscode.commands.executeCommand('setContext', migrationContext, value);
  }

  context.subscriptions.push(
    item,
    vscode.window.onDidChangeActiveTextEditor(() => void refresh()),
    vscode.workspace.onDidSaveTextDocument(() => void refresh()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('faultline')) void refresh();
    }),
    server.onStateChange(() => void refresh()),
    server.onChange(() => void refresh()),
  );
  void server.started.then(refresh);
}
