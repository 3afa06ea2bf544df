import { resolve } from 'node:path';
import { engineVersionText } from '../model/engine';
import type { FaultName, Verdict } from '../model/fault';
import { defaultSandbox, type SandboxProviderName } from '../model/sandbox';
import type { Shard } from '../model/simulation';
import type { SimulationRequest } from '../protocol/simulation';
import type { Settings } from './load';
import type { CommonOptions } from './options';
import type { SimulationOutput } from './simulation-output';

/** What can be said of a simulation on the command line. */
export interface SimulateOptions extends CommonOptions, SimulationOutput {
  readonly sandbox?: SandboxProviderName;
  readonly image?: string;
  readonly faults?: readonly FaultName[] | 'all';
  readonly points?: readonly string[] | 'all';
  readonly rows?: number;
  readonly seed: number;
  readonly jobs: number;
  readonly failOn?: readonly Verdict[];
  readonly before?: string;
  readonly collapse: boolean;
  readonly load?: number;
  readonly shard?: Shard;
  readonly command?: string;
  readonly dir?: string;
  readonly historyTable: readonly string[];
  readonly beforeCommand?: string;
}

export const defaultFailOn: readonly Verdict[] = ['broken', 'data-lost', 'false-success', 'applied-twice'];
export const defaultRows = 200;

/** What is simulated: the options win over `faultline.json`, and that over what is usual. `path` is absolute. */
export function requestOf(path: string, options: SimulateOptions, settings: Settings): SimulationRequest {
  const { configuration, engine } = settings;
  const image = options.image ?? configuration.images[engine.name];
  // Naming an image says which sandbox is meant.
  const sandbox = options.sandbox ?? (options.image === undefined ? configuration.sandbox : 'docker') ?? defaultSandbox(engine.name);
  const { command, historyTable: historyTables, beforeCommand } = options;
  return {
    path,
    ...(command !== undefined && {
      command: { text: command, directory: path, historyTables, ...(beforeCommand !== undefined && { before: beforeCommand }) },
    }),
    engine: engine.name,
    engineVersion: engineVersionText(engine),
    sandbox,
    faults: options.faults ?? configuration.simulate.faults ?? 'all',
    points: options.points ?? configuration.simulate.points ?? 'all',
    rows: options.rows ?? configuration.seedRows ?? defaultRows,
    load: options.load ?? configuration.simulate.load ?? 1,
    seed: options.seed,
    jobs: options.jobs,
    placeholders: settings.placeholders,
    collapse: options.collapse,
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    ...(settings.framework === undefined ? {} : { framework: settings.framework }),
    ...(image === undefined || sandbox !== 'docker' ? {} : { image }),
    ...(options.before === undefined ? {} : { before: resolve(options.before) }),
  };
}
