import { basename, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { defaultEngine, engineDisplayName, engineLabel, engineVersionText, supportedVersions } from '../../model/engine';
import { withoutPasswords } from '../../model/secrets';
import { type DescribeParams, type DescribeResult, describeRequest, type SimulationDefaults } from '../../protocol/language';
import type { CommandChoice, PanelChoices, PanelCommand, PanelSubject, SandboxChoice } from '../../protocol/panel';
import type { SimulationRequest } from '../../protocol/simulation';
import type { LanguageServer } from '../language-server';
import { sameCommand, shownDirectory } from '../migration-commands';

/** The command line's default too: the same seed gives the same rows and the same verdicts in both. */
const defaultSeed = 1;

const fallback: SimulationDefaults = {
  engine: defaultEngine.name,
  engineVersion: engineVersionText(defaultEngine),
  placeholders: {},
  sandbox: 'embedded',
  rows: 200,
  load: 1,
  faults: 'all',
  points: 'all',
};

/** What the language server knows about a migration; assumptions where it can't be asked. */
export async function describe(server: LanguageServer, path: string): Promise<DescribeResult> {
  const parameters: DescribeParams = { uri: vscode.Uri.file(path).toString() };
  const description = await server.request<DescribeResult>(describeRequest, parameters);
  return (
    description ?? {
      title: basename(path),
      framework: '',
      engine: engineLabel(defaultEngine),
      engineVersion: fallback.engineVersion,
      summary: '',
      isMigration: true,
      simulation: fallback,
    }
  );
}

/** What a command would be run with: the configuration that holds in its directory. */
export async function describeCommand(server: LanguageServer, command: PanelCommand): Promise<DescribeResult> {
  const description = await describe(server, join(command.directory, 'command'));
  return { ...description, title: withoutPasswords(command.text), framework: '', summary: '', isMigration: false };
}

/** What a panel is about. */
export interface PanelTopic {
  readonly path: string;
  /** The choices of an earlier session. */
  readonly kept: PanelChoices | undefined;
  /** For a panel of commands: the one it opened with, and those to choose from. */
  readonly command: PanelCommand | undefined;
  readonly commands: readonly CommandChoice[] | undefined;
}

/** What the panel shows before anything ran. */
export function panelSubject(topic: PanelTopic, description: DescribeResult, sandboxes: readonly SandboxChoice[]): PanelSubject {
  const { path, kept, command, commands } = topic;
  const { simulation } = description;
  const choices = kept ?? {
    ...(command !== undefined && { command }),
    sandbox: simulation.sandbox,
    engineVersion: simulation.engineVersion,
    rows: simulation.rows,
    load: simulation.load,
    seed: defaultSeed,
  };
  return {
    path,
    title: description.title,
    framework: description.framework,
    engine: description.engine,
    summary: description.summary,
    sandboxes,
    engineName: engineDisplayName(simulation.engine),
    engineVersions: supportedVersions[simulation.engine],
    choices,
    ...(commands !== undefined && { commands: withOwn(commands, command) }),
    ...(description.configurationProblem !== undefined && { configurationProblem: description.configurationProblem.message }),
    ...(!vscode.workspace.isTrusted && {
      restricted: untrustedReason(commands === undefined ? 'the migration' : 'a command of the workspace'),
    }),
  };
}

/** The command of the panel is among those to choose from, also when nothing in the workspace names it. */
function withOwn(found: readonly CommandChoice[], command: PanelCommand | undefined): readonly CommandChoice[] {
  if (command === undefined || found.some((choice) => sameCommand(choice, command))) return found;
  const { text, directory } = command;
  return [
    { title: withoutPasswords(text), text, directory, shownDirectory: shownDirectory(directory), why: 'the command of this panel' },
    ...found,
  ];
}

/** Whether a panel looks the same for both: a comment, or the place of a problem, changes nothing. */
export function isShownAlike(before: DescribeResult, now: DescribeResult): boolean {
  const parts = ({ title, framework, engine, summary, configurationProblem, simulation }: DescribeResult) =>
    JSON.stringify([title, framework, engine, summary, configurationProblem?.message, simulation]);
  return parts(before) === parts(now);
}

/** Choices that were kept, with what the configuration or the settings say otherwise since. */
export function withChangedDefaults(
  kept: PanelChoices | undefined,
  before: SimulationDefaults | undefined,
  now: SimulationDefaults,
): PanelChoices | undefined {
  if (kept === undefined || before === undefined) return kept;
  return {
    ...kept,
    ...(before.sandbox !== now.sandbox && { sandbox: now.sandbox }),
    ...((before.engine !== now.engine || before.engineVersion !== now.engineVersion) && { engineVersion: now.engineVersion }),
    ...(before.rows !== now.rows && { rows: now.rows }),
    ...(before.load !== now.load && { load: now.load }),
  };
}

/** Why nothing is run in an untrusted workspace. */
export function untrustedReason(what: string): string {
  return `This workspace is not trusted. A simulation runs ${what}, so trust the workspace to run it. Linting works without.`;
}

/** Shows the editor's own page where a workspace is trusted. */
export async function manageTrust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
}

/** What the runner is asked to do: the configuration, with the panel's choices over it. */
export function simulationRequest(path: string, defaults: SimulationDefaults, choices: PanelChoices, jobs: number): SimulationRequest {
  return {
    path,
    ...(choices.command !== undefined && commandPart(choices.command, choices.before ?? '')),
    engine: defaults.engine,
    engineVersion: choices.engineVersion,
    ...(defaults.framework === undefined ? {} : { framework: defaults.framework }),
    sandbox: choices.sandbox,
    // A configured image is of the configured version; for another version the provider's own default is right.
    ...(defaults.image === undefined || choices.engineVersion !== defaults.engineVersion ? {} : { image: defaults.image }),
    faults: defaults.faults,
    points: defaults.points,
    rows: choices.rows,
    load: choices.load ?? defaults.load,
    seed: choices.seed,
    jobs,
    placeholders: defaults.placeholders,
    collapse: true,
  };
}

/** What of a request concerns the command. `before` is as it was typed: from the workspace folder of the command. */
function commandPart(command: PanelCommand, before: string): Pick<SimulationRequest, 'path' | 'command' | 'before'> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(command.directory))?.uri.fsPath ?? command.directory;
  return {
    path: command.directory,
    command: { ...command, historyTables: [] },
    ...(before.trim() !== '' && { before: resolve(folder, before.trim()) }),
  };
}
