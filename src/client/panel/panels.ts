import { basename, sep } from 'node:path';
import * as vscode from 'vscode';
import type { PanelChoices, PanelCommand } from '../../protocol/panel';
import type { LanguageServer } from '../language-server';
import { type MigrationCommands, sameCommand } from '../migration-commands';
import type { Output } from '../output';
import { LastRuns } from './last-run';
import { parsePanelState } from './messages';
import { type PanelServices, panelTitle, SimulationPanel } from './simulation-panel';

const viewType = 'faultline.simulation';

/** All simulation panels: one per migration file or command, brought back after a reload of the window. */
export class SimulationPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly panels = new Set<SimulationPanel>();
  private readonly services: PanelServices;
  private readonly registrations: readonly vscode.Disposable[];

  constructor(context: vscode.ExtensionContext, server: LanguageServer, commands: MigrationCommands, output: Output) {
    this.services = { extensionUri: context.extensionUri, server, commands, output, lastRuns: new LastRuns(context.storageUri) };
    this.registrations = [
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) void this.follow(oldUri.fsPath, newUri.fsPath);
      }),
    ];
  }

  /** Shows the panel of a migration beside its editor. It opens in an untrusted workspace too, and says there why nothing runs. */
  async open(uri: vscode.Uri): Promise<void> {
    const existing = [...this.panels].find((panel) => panel.command === undefined && panel.path === uri.fsPath);
    if (existing !== undefined) return existing.reveal();
    this.adopt(this.create(basename(uri.fsPath)), uri.fsPath, undefined);
  }

  /** Shows the panel of a command. */
  openCommand(command: PanelCommand): void {
    const existing = [...this.panels].find((panel) => sameCommand(panel.command, command));
    if (existing === undefined) this.adopt(this.create(command.text), command.directory, undefined, command);
    else existing.reveal();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = parsePanelState(state);
    if (kept === undefined) return panel.dispose();
    this.adopt(panel, kept.path, kept.choices, kept.choices?.command);
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    for (const panel of [...this.panels]) panel.dispose();
  }

  /** A file or folder was renamed: the panels of the migrations in it go with them. */
  private async follow(before: string, after: string): Promise<void> {
    for (const panel of this.panels) {
      const isIn = panel.path === before || panel.path.startsWith(before + sep);
      if (isIn && panel.command === undefined) await panel.follow(after + panel.path.slice(before.length));
    }
  }

  private create(about: string): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(viewType, panelTitle(about), vscode.ViewColumn.Beside, { enableScripts: true });
  }

  private adopt(webview: vscode.WebviewPanel, path: string, choices: PanelChoices | undefined, command?: PanelCommand): void {
    const panel: SimulationPanel = new SimulationPanel(
      webview,
      { path, choices, command },
      this.services,
      () => void this.panels.delete(panel),
    );
    this.panels.add(panel);
  }
}
