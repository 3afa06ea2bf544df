import { basename } from 'node:path';
import * as vscode from 'vscode';
import { engineLabel, supportedPostgresMajors } from '../../model/engine';
import { type DescribeParams, type DescribeResult, describeRequest, type SimulationDefaults } from '../../protocol/language';
import type { PanelChoices, PanelSubject, SandboxChoice } from '../../protocol/panel';
import type { SimulationRequest } from '../../protocol/simulation';
import type { LanguageServer } from '../language-server';

/** The command line's default too: the same seed gives the same rows and the same verdicts in both. */
const defaultSeed = 1;

const fallback: SimulationDefaults = {
  engine: 'postgres',
  engineVersion: 18,
  placeholders: {},
  sandbox: 'embedded',
  rows: 200,
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
      engine: engineLabel({ name: fallback.engine, major: fallback.engineVersion }),
      engineVersion: fallback.engineVersion,
      summary: '',
      isMigration: true,
      simulation: fallback,
    }
  );
}

/** What the panel shows before anything ran. `kept` are the choices of an earlier session. */
export function panelSubject(
  path: string,
  description: DescribeResult,
  sandboxes: readonly SandboxChoice[],
  kept: PanelChoices | undefined,
): PanelSubject {
  const { simulation } = description;
  const choices = kept ?? {
    sandbox: simulation.sandbox,
    engineVersion: simulation.engineVersion,
    rows: simulation.rows,
    seed: defaultSeed,
  };
  const restricted = vscode.workspace.isTrusted
    ? {}
    : {
        restricted:
          'This workspace is not trusted. A simulation runs the migration, so trust the workspace to run it. Linting works without.',
      };
  return {
    path,
    title: description.title,
    framework: description.framework,
    engine: description.engine,
    summary: description.summary,
    sandboxes,
    engineVersions: supportedPostgresMajors,
    choices,
    ...restricted,
  };
}

/** What the runner is asked to do: the configuration, with the panel's choices over it. */
export function simulationRequest(path: string, defaults: SimulationDefaults, choices: PanelChoices, jobs: number): SimulationRequest {
  return {
    path,
    engine: defaults.engine,
    engineVersion: choices.engineVersion,
    ...(defaults.framework === undefined ? {} : { framework: defaults.framework }),
    sandbox: choices.sandbox,
    // A configured image is of the configured version; for another version the provider's own default is right.
    ...(defaults.image === undefined || choices.engineVersion !== defaults.engineVersion ? {} : { image: defaults.image }),
    faults: defaults.faults,
    points: defaults.points,
    rows: choices.rows,
    seed: choices.seed,
    jobs,
    placeholders: defaults.placeholders,
    collapse: true,
  };
}
