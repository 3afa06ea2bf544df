import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { defaultEngine } from '../../model/engine';
import { withoutPasswords } from '../../model/secrets';
import { type DescribeResult, type PlaceDownParams, type PlaceDownResult, placeDownRequest } from '../../protocol/language';
import type {
  ChangedSince,
  CommandChoice,
  FromPanel,
  PanelChoices,
  PanelCommand,
  PanelSubject,
  SandboxChoice,
  ToPanel,
} from '../../protocol/panel';
import type { SimulationEvent } from '../../protocol/simulation';
import type { LanguageServer } from '../language-server';
import type { MigrationCommands } from '../migration-commands';
import type { Output } from '../output';
import { applyPlacement } from '../place-down';
import { type RunningSimulation, runSimulation } from '../runner-process';
import { probeSandboxes, sandboxChoices } from '../sandboxes';
import { changedSince, type RanWith } from './changed-since';
import { exportRun } from './export-run';
import type { LastRuns } from './last-run';
import { parseFromPanel } from './messages';
import { saveToRun } from './on-disk';
import { panelPage, panelResources } from './page';
import { describe, describeCommand, isShownAlike, manageTrust, panelSubject, simulationRequest, withChangedDefaults } from './subject';

/** Cells in flight at once; more only makes them wait for one another. */
const maxJobs = 4;

const lookRestMs = 300;

export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly server: LanguageServer;
  readonly commands: MigrationCommands;
  readonly lastRuns: LastRuns;
  readonly output: Output;
}

/** What a panel is about when it opens. */
interface PanelStart {
  /** A migration file; for a command the directory that it ran in first. */
  readonly path: string;
  readonly choices: PanelChoices | undefined;
  readonly command: PanelCommand | undefined;
}

/** How the tab is called. A command may hold an address with a password. */
export function panelTitle(about: string): string {
  return `Simulate ${withoutPasswords(about)}`;
}

/** One panel: the simulation of one migration file, or of a command. It ends with its webview, and takes its runner with it. */
export class SimulationPanel {
  /** What the panel is remembered by. */
  path: string;
  /** The command that was run last or was asked for; undefined for a migration file. */
  command: PanelCommand | undefined;
  private keptChoices: PanelChoices | undefined;
  private events: SimulationEvent[] = [];
  private ran: RanWith | undefined;
  /** What the panel was told was changed since. */
  private outdated: ChangedSince | undefined;
  private looking: NodeJS.Timeout | undefined;
  private running: RunningSimulation | undefined;
  /** True from the click on Run until the runner's process is gone. */
  private busy = false;
  private disposed = false;
  /** What was said of the migration last. */
  private described: DescribeResult | undefined;
  private foundCommands: readonly CommandChoice[] | undefined;
  private sandboxes: readonly SandboxChoice[] = sandboxChoices(defaultEngine.name);
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    start: PanelStart,
    private readonly services: PanelServices,
    onDispose: () => void,
  ) {
    this.path = start.path;
    this.command = start.command;
    this.keptChoices = start.choices;
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [panelResources(services.extensionUri)] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(services.extensionUri, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(services.extensionUri, 'media', 'panel-dark.svg'),
    };
    this.subscriptions.push(
      webview.onDidReceiveMessage((value: unknown) => this.receive(value)),
      services.server.onChange(() => this.lookSoon()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.fsPath === this.path) this.lookSoon();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.showSubject('subject')),
      panel.onDidDispose(() => {
        this.disposed = true;
        this.running?.cancel();
        clearTimeout(this.looking);
        for (const subscription of this.subscriptions) subscription.dispose();
        onDispose();
      }),
    );
    webview.html = panelPage(webview, services.extensionUri);
  }

  /** The migration was renamed or moved: the panel goes on under its new name, with what it shows. */
  async follow(path: string): Promise<void> {
    this.path = path;
    this.panel.title = panelTitle(basename(path));
    if (this.events.some(({ kind }) => kind === 'finished')) await this.keepRun();
    await this.showSubject('replay');
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private receive(value: unknown): void {
    const message = parseFromPanel(value);
    if (message === undefined) {
      this.services.output.warn(`The panel sent a message that is not understood: ${JSON.stringify(value)?.slice(0, 200)}`);
      return;
    }
    this.act(message).catch((error: unknown) => {
      this.services.output.error(error);
      void vscode.window.showErrorMessage(`Faultline: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  private async act(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case 'ready':
        return this.showSubject('replay');
      case 'run':
        return this.run(message.choices);
      case 'cancel':
        return this.running?.cancel();
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'open':
        return openText(message.text, message.language);
      case 'insert-rollback':
        return this.insertRollback(message.statements);
      case 'manage-trust':
        return manageTrust();
      case 'export':
        return this.exportRun();
      case 'pick-command':
        return void (await vscode.commands.executeCommand('faultline.simulateCommand'));
      case 'reveal':
        return this.revealStatement(message.statement);
    }
  }

  /**
   * Sends what the panel is about; `replay` also what happened so far, for a page that has just been loaded. What this machine can do is
   * found out meanwhile, and sent after: it takes a moment.
   */
  private async showSubject(kind: 'subject' | 'replay'): Promise<void> {
    const { lastRuns, commands } = this.services;
    const [description, found] = await Promise.all([this.describe(), this.command && commands.find()]);
    this.foundCommands = found;
    if (this.events.length === 0 && !this.busy) {
      const kept = await lastRuns.load(this.runKey);
      this.events = [...kept.events];
      this.ran = kept.ran;
    }
    const subject = this.subjectOf(description, true);
    this.post(kind === 'replay' && this.events.length > 0 ? { kind, subject, events: this.events } : { kind: 'subject', subject });
    if (kind === 'replay') this.outdated = undefined;
    this.compare(description);
    await this.probe();
  }

  /** `checking`: what this machine can do is about to be found out. */
  private subjectOf(description: DescribeResult, checking: boolean): PanelSubject {
    this.keptChoices = withChangedDefaults(this.keptChoices, this.described?.simulation ?? this.ran?.defaults, description.simulation);
    this.described = description;
    const topic = { path: this.path, kept: this.keptChoices, command: this.command, commands: this.foundCommands };
    const subject = panelSubject(topic, description, this.sandboxes);
    return checking && vscode.workspace.isTrusted ? { ...subject, checking } : subject;
  }

  /** To ask what this machine can do runs programs of it, which a workspace that is not trusted must not lead to. */
  private async probe(): Promise<void> {
    if (!vscode.workspace.isTrusted || this.described === undefined) return;
    const { extensionUri, output } = this.services;
    const { name, version, image } = serverOf(this.described);
    const engine = { name, version, ...(image === undefined ? {} : { image }) };
    this.sandboxes = await probeSandboxes(extensionUri.fsPath, engine, output);
    this.post({ kind: 'subject', subject: this.subjectOf(this.described, false) });
  }

  /** The migration, faultline.json or the settings may say something else by now: another engine, other defaults, another course. */
  private async update(description: DescribeResult): Promise<void> {
    const before = this.described;
    if (before === undefined || this.busy || this.disposed || this.services.server.state !== 'running') return;
    if (isShownAlike(before, description)) return;
    const otherServer = JSON.stringify(serverOf(before)) !== JSON.stringify(serverOf(description));
    this.post({ kind: 'subject', subject: this.subjectOf(description, otherServer) });
    if (otherServer) await this.probe();
  }

  private describe(): Promise<DescribeResult> {
    const { server } = this.services;
    return this.command === undefined ? describe(server, this.path) : describeCommand(server, this.command);
  }

  /** What finished runs are kept under. */
  private get runKey(): string {
    return this.command === undefined ? this.path : `${this.command.directory}\n${this.command.text}`;
  }

  private async run(choices: PanelChoices): Promise<void> {
    if (!vscode.workspace.isTrusted) return this.showSubject('subject');
    if (this.busy) return;
    this.busy = true;
    try {
      await this.runToEnd(choices);
    } finally {
      this.busy = false;
      this.running = undefined;
    }
  }

  private async runToEnd(choices: PanelChoices): Promise<void> {
    this.keptChoices = choices;
    this.events = [];
    this.outdated = undefined;
    if (choices.command !== undefined) await this.aboutCommand(choices.command);
    const problem = choices.command === undefined ? await saveToRun(this.path) : undefined;
    if (problem !== undefined) return this.record({ kind: 'failed', message: problem });
    const { simulation, content } = await this.describe();
    this.ran = { ...(content !== undefined && { content }), defaults: simulation, engineVersion: choices.engineVersion };
    const jobs = Math.min(maxJobs, availableParallelism());
    const request = simulationRequest(this.path, simulation, choices, jobs);
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(this.path))?.uri.fsPath;
    const { extensionUri, output } = this.services;
    const running = runSimulation(extensionUri.fsPath, request, output, (event) => this.record(event), folder);
    this.running = running;
    await running.ended;
    // A run that was cancelled does not push out one that has an answer.
    if (this.events.some((event) => event.kind === 'finished')) await this.keepRun();
    // It may have been changed while it ran.
    this.lookSoon();
  }

  private keepRun(): Promise<void> {
    const { events, ran } = this;
    return this.services.lastRuns.save(this.runKey, { events, ...(ran !== undefined && { ran }) });
  }

  /** Looks again once typing rests. */
  private lookSoon(): void {
    clearTimeout(this.looking);
    const look = async (): Promise<void> => {
      const description = await this.describe();
      this.compare(description);
      await this.update(description);
    };
    this.looking = setTimeout(() => void look(), lookRestMs);
  }

  /** Says whether what is shown still holds. */
  private compare(description: DescribeResult): void {
    const about = this.command === undefined ? 'migration' : 'command';
    const changed = this.ran && changedSince(this.ran, description, about);
    if (this.busy || this.disposed || changed === this.outdated) return;
    this.outdated = changed;
    this.post({ kind: 'outdated', ...(changed !== undefined && { changed }) });
  }

  /** Another command may have been chosen in the panel itself. A command may read any file: all are saved, so that it reads what is shown. */
  private async aboutCommand(command: PanelCommand): Promise<void> {
    this.command = command;
    this.panel.title = panelTitle(command.text);
    await this.services.commands.remember(command);
    await vscode.workspace.saveAll(false);
  }

  private record(event: SimulationEvent): void {
    this.events.push(event);
    this.post({ kind: 'event', event });
  }

  private async insertRollback(statements: readonly string[]): Promise<void> {
    const parameters: PlaceDownParams = { uri: vscode.Uri.file(this.path).toString(), statements };
    const placement = await this.services.server.request<PlaceDownResult>(placeDownRequest, parameters);
    if (placement === undefined) throw new Error('the rollback could not be placed, because the language server gave no answer.');
    await applyPlacement(placement);
  }

  private async exportRun(): Promise<void> {
    const finished = this.events.find((event) => event.kind === 'finished');
    if (finished !== undefined) await exportRun(finished.simulation, this.path, this.services.server);
  }

  private async revealStatement(index: number): Promise<void> {
    const planned = this.events.find((event) => event.kind === 'planned');
    const statement = planned?.statements.find((candidate) => candidate.index === index);
    if (this.command !== undefined)
      return statement && openText(statement.text, planned?.migration.engine === 'mongodb' ? 'mongosh' : 'sql');
    const range = statement?.range;
    const selection = range && new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
    await vscode.window.showTextDocument(vscode.Uri.file(this.path), {
      viewColumn: vscode.ViewColumn.One,
      ...(selection === undefined ? {} : { selection }),
    });
  }

  /** Nothing where the panel was closed while an answer was waited for: its webview throws then. */
  private post(message: ToPanel): void {
    if (!this.disposed) void this.panel.webview.postMessage(message);
  }
}

/** What a sandbox has to have. */
function serverOf({ simulation: { engine: name, engineVersion: version, image } }: DescribeResult) {
  return { name, version, image };
}

const languageIds = { sql: 'sql', mongosh: 'javascript', shell: 'shellscript', text: 'plaintext' } as const;

async function openText(content: string, language: keyof typeof languageIds): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language: languageIds[language] });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
}
