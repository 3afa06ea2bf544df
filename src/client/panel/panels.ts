import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { PanelChoices } from '../../protocol/panel';
import type { LanguageServer } from '../language-server';
import type { Output } from '../output';
import { LastRuns } from './last-run';
import { parsePanelState } from './messages';
import { type PanelServices, SimulationPanel } from './simulation-panel';

const viewType = 'faultline.simulation';

/** All simulation panels: one per migration file, brought back after a reload of the window. */
export class SimulationPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly panels = new Map<string, SimulationPanel>();
  private readonly services: PanelServices;
  private readonly registration: vscode.Disposable;

  constructor(context: vscode.ExtensionContext, server: LanguageServer, output: Output) {
    this.services = { extensionUri: context.extensionUri, server, output, lastRuns: new LastRuns(context.storageUri) };
    this.registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows the panel of a migration beside its editor. It opens in an untrusted workspace too, and says there why nothing runs. */
  async open(uri: vscode.Uri): Promise<void> {
    const existing = this.panels.get(uri.fsPath);
    if (existing !== undefined) return existing.reveal();
    const title = `Simulate ${basename(uri.fsPath)}`;
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Beside, { enableScripts: true });
    this.adopt(panel, uri.fsPath, undefined);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = parsePanelState(state);
    if (kept === undefined) return panel.dispose();
    this.adopt(panel, kept.path, kept.choices);
  }

  dispose(): void {
    this.registration.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, path: string, choices: PanelChoices | undefined): void {
    const forget = () => void this.panels.delete(path);
    this.panels.set(path, new SimulationPanel(panel, path, choices, this.services, forget));
  }
}
