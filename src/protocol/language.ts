import type { EngineName } from '../model/engine';
import type { FaultName } from '../model/fault';
import type { MigrationCommand } from '../model/migration-command';
import type { SandboxProviderName } from '../model/sandbox';
import type { Simulation } from '../model/simulation';
import type { Range } from '../model/text';

/** Custom requests between the extension and the language server, beside standard LSP. */

/** Client to server: what the panel should say about a file before anything ran. */
export const describeRequest = 'faultline/describe';
export interface DescribeParams {
  readonly uri: string;
}
export interface DescribeResult {
  readonly title: string;
  readonly framework: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly summary: string;
  /** False for a file that is not a migration; the other fields then hold what would be assumed. */
  readonly isMigration: boolean;
  /** A digest of what the migration sends: another one means that it was changed. Absent where there is no migration. */
  readonly content?: string;
  /** Why a file that looks like a migration is not read as one. */
  readonly why?: string;
  /** What is wrong with the `faultline.json` that holds for the file: the first of it, and where it stands. */
  readonly configurationProblem?: { readonly message: string; readonly uri: string; readonly range: Range };
  /** The settings and faultline.json, merged: what a simulation of this file should use. */
  readonly simulation: SimulationDefaults;
}

export interface SimulationDefaults {
  readonly engine: EngineName;
  readonly engineVersion: string;
  /** Only when it was configured; otherwise it is detected. */
  readonly framework?: string;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly sandbox: SandboxProviderName;
  readonly image?: string;
  readonly rows: number;
  /** Sessions for each kind of request of the application beside the migration; 0 for none. */
  readonly load: number;
  readonly faults: readonly FaultName[] | 'all';
  readonly points: readonly string[] | 'all';
}

/** Client to server: the command that simulates a migration which only its own tool can run; null where Faultline runs it itself. */
export const toolCommandRequest = 'faultline/toolCommand';
export interface ToolCommandParams {
  readonly uri: string;
}
export type ToolCommandResult = {
  /** What a shell gets. */
  readonly text: string;
  /** Absolute. */
  readonly directory: string;
} | null;

/** Client to server: the execution plan of a file as Markdown, for reading. `markdown` is absent when there is nothing to plan. */
export const planRequest = 'faultline/plan';
export interface PlanParams {
  readonly uri: string;
}
export interface PlanResult {
  readonly markdown?: string;
}

/** Client to server: a finished simulation as a document, in the forms that the command line writes. */
export const reportRequest = 'faultline/report';
export type ReportFormat = 'markdown' | 'html' | 'json';
export interface ReportParams {
  readonly simulation: Simulation;
  readonly format: ReportFormat;
}
export interface ReportResult {
  readonly text: string;
}

/** Client to server: the rollback that would be generated for a migration, as edits. */
export const generateDownRequest = 'faultline/generateDown';
export interface GenerateDownParams {
  readonly uri: string;
}

/** Client to server: the edits that put these statements in place as the rollback of the migration. */
export const placeDownRequest = 'faultline/placeDown';
export interface PlaceDownParams {
  readonly uri: string;
  readonly statements: readonly string[];
}
export type PlaceDownResult =
  | { readonly kind: 'edit'; readonly uri: string; readonly range: Range; readonly newText: string }
  | { readonly kind: 'create'; readonly uri: string; readonly text: string }
  | { readonly kind: 'unsupported'; readonly why: string };

/** Client to server: the migration commands that a folder of the workspace seems to have, the likeliest first. */
export const findCommandsRequest = 'faultline/findCommands';
export interface FindCommandsParams {
  /** URI of the folder. */
  readonly uri: string;
}
export type FindCommandsResult = readonly MigrationCommand[];

/** The command behind the code lens; its argument is the file's URI as a string. */
export const simulateCommand = 'faultline.simulate';

/** Server to client: a file or setting changed that everything depends on; what was answered before may be stale. */
export const changedNotification = 'faultline/changed';

/** The kind by which `editor.codeActionsOnSave` asks for all safe fixes of a file. */
export const fixAllKind = 'source.fixAll.faultline';

/** The command of the palette, and of a quick fix, that applies them. */
export const fixAllCommand = 'faultline.fixAll';
