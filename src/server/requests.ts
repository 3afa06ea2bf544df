import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Connection } from 'vscode-languageserver';
import { runsFileByFile } from '../frameworks/runnable';
import type { Configuration } from '../lint/configuration';
import { engineFor } from '../lint/lint';
import { defaultEngine, type Engine, engineDisplayName, engineVersionText } from '../model/engine';
import type { Migration } from '../model/migration';
import type { DownPlacement } from '../model/run-protocol';
import { defaultSandbox } from '../model/sandbox';
import { LineIndex } from '../parse/lines';
import {
  type DescribeParams,
  type DescribeResult,
  describeRequest,
  type FindCommandsParams,
  type FindCommandsResult,
  findCommandsRequest,
  type GenerateDownParams,
  generateDownRequest,
  type PlaceDownParams,
  type PlaceDownResult,
  type PlanParams,
  type PlanResult,
  placeDownRequest,
  planRequest,
  type ReportParams,
  type ReportResult,
  reportRequest,
  type SimulationDefaults,
  type ToolCommandParams,
  type ToolCommandResult,
  toolCommandRequest,
} from '../protocol/language';
import { isWritten } from '../rollback/written';
import { findMigrationCommands } from '../workspace/commands';
import { type Analysis, pathInFolder } from './analysis';
import { fromUri } from './from-lsp';
import type { MigrationFolders } from './migration-folders';
import { planDocument } from './plan-document';
import type { ProjectDiagnostics } from './project-diagnostics';
import { simulationText } from './simulation-report';
import { toUri } from './to-lsp';
import { toolCommand } from './tool-command';
import type { WorkspaceFolders } from './workspace-folders';

/** Rows per table when nothing is configured: enough for scans and rewrites to be real, few enough to clone in milliseconds. */
const defaultSeedRows = 200;

const notMigration: PlaceDownResult = {
  kind: 'unsupported',
  why: 'This file is not a migration that Faultline can read, so it gets no rollback.',
};

/** The custom requests of protocol/language.ts. */
export function registerRequests(
  connection: Connection,
  folders: MigrationFolders,
  workspaceFolders: WorkspaceFolders,
  project: ProjectDiagnostics,
): void {
  connection.onRequest(describeRequest, ({ uri }: DescribeParams) => describe(folders, project, uri));

  connection.onRequest(findCommandsRequest, async ({ uri }: FindCommandsParams): Promise<FindCommandsResult> => {
    const folder = fromUri(uri);
    return folder === undefined ? [] : findMigrationCommands(folder);
  });

  connection.onRequest(toolCommandRequest, async ({ uri }: ToolCommandParams): Promise<ToolCommandResult> => {
    const analysis = await folders.analyse(uri);
    if (analysis === undefined || analysis.framework.run !== undefined || runsFileByFile(analysis.framework)) return null;
    const path = pathInFolder(analysis, analysis.name);
    const folder = workspaceFolders.folderOf(path) ?? analysis.folder;
    return toolCommand(analysis.framework, path, folder);
  });

  connection.onRequest(planRequest, async ({ uri }: PlanParams): Promise<PlanResult> => {
    const analysis = await folders.analyse(uri);
    return analysis === undefined ? {} : { markdown: planDocument(analysis) };
  });

  connection.onRequest(reportRequest, (parameters: ReportParams): ReportResult => simulationText(parameters));

  connection.onRequest(placeDownRequest, async ({ uri, statements }: PlaceDownParams): Promise<PlaceDownResult> => {
    const analysis = await folders.analyse(uri);
    return analysis === undefined ? notMigration : place(analysis, statements);
  });

  connection.onRequest(generateDownRequest, async ({ uri }: GenerateDownParams): Promise<PlaceDownResult> => {
    const analysis = await folders.analyse(uri);
    return analysis === undefined ? notMigration : place(analysis, analysis.generateDown().statements);
  });
}

async function describe(folders: MigrationFolders, project: ProjectDiagnostics, uri: string): Promise<DescribeResult> {
  const analysis = await folders.analyse(uri);
  const configuration = analysis?.configuration ?? (await folders.configurationFor(uri)).value;
  const why = analysis === undefined ? ((await folders.refusal(uri)) ?? (await folders.otherEngine(uri))) : undefined;
  const simulation = simulationDefaults(configuration, analysis?.migration.engine);
  const problem = await project.problemFor(uri);
  return {
    title: analysis?.migration.title ?? basename(fromUri(uri) ?? uri),
    framework: analysis?.framework.displayName ?? '',
    engine: `${engineDisplayName(simulation.engine)} ${simulation.engineVersion}`,
    engineVersion: simulation.engineVersion,
    summary: analysis?.plan(analysis.migration.up).summary ?? '',
    isMigration: analysis !== undefined,
    ...(analysis !== undefined && { content: digestOf(analysis.migration) }),
    ...(why === undefined ? {} : { why }),
    ...(problem !== undefined && {
      configurationProblem: { message: problem.diagnostic.message, uri: problem.uri, range: problem.diagnostic.range },
    }),
    simulation,
  };
}

/** Of the up alone, without comments and layout: a rollback that is inserted later changes nothing about how the up fails. */
function digestOf({ up }: Migration): string {
  return createHash('sha256')
    .update(JSON.stringify(up.statements.map(({ sent }) => sent)))
    .digest('hex')
    .slice(0, 32);
}

function simulationDefaults(configuration: Configuration, engine: Engine = defaultEngine): SimulationDefaults {
  const configured = configuration.engine === undefined ? engine : engineFor(configuration, []);
  const image = configuration.images[configured.name];
  return {
    engine: configured.name,
    engineVersion: engineVersionText(configured),
    ...(configuration.framework === undefined ? {} : { framework: configuration.framework }),
    placeholders: configuration.placeholders,
    sandbox: configuration.sandbox ?? defaultSandbox(configured.name),
    ...(image === undefined ? {} : { image }),
    rows: configuration.seedRows ?? defaultSeedRows,
    load: configuration.simulate.load ?? 1,
    faults: configuration.simulate.faults ?? 'all',
    points: configuration.simulate.points ?? 'all',
  };
}

/** A rollback that is there already was written by somebody: it is never replaced. */
function place(analysis: Analysis, statements: readonly string[]): PlaceDownResult {
  const { down } = analysis.migration;
  if (down !== undefined && isWritten(down)) {
    const why = `${down.path} has a rollback already, which was left as it is. Remove it first if another is to take its place.`;
    return { kind: 'unsupported', why };
  }
  if (statements.length === 0) {
    return {
      kind: 'unsupported',
      why: 'There is nothing to roll back: no statement of this migration changes the schema in a way that can be undone.',
    };
  }
  return toPlaceDownResult(analysis, analysis.framework.placeDown(analysis.migration, analysis.files, statements));
}

function toPlaceDownResult(analysis: Analysis, placement: DownPlacement): PlaceDownResult {
  if (placement.kind === 'unsupported') return placement;
  const uri = toUri(pathInFolder(analysis, placement.path));
  if (placement.kind === 'create') return { kind: 'create', uri, text: placement.text };
  const text = analysis.files.find((file) => file.path === placement.path)?.text ?? '';
  return { kind: 'edit', uri, range: new LineIndex(text).range(placement.span), newText: placement.newText };
}
