import type { EngineName } from '../model/engine';
import type { FaultName, PlannedCell } from '../model/fault';
import type { SandboxProviderName } from '../model/sandbox';
import type { CellResult, Shard, SimulatedLoad, SimulatedMigration, SimulatedStatement, Simulation } from '../model/simulation';

/** A migration command of the user's own, run by a shell. */
export interface CommandRequest {
  /** What the shell gets; `{url}` in it stands for the URL of the database. */
  readonly text: string;
  /** Where it runs, absolute. */
  readonly directory: string;
  /** History and lock tables of a tool that is not known; empty when it is, or when there are none. */
  readonly historyTables: readonly string[];
  /** A command that makes the state before, in the same folder. */
  readonly before?: string;
}

/** What a simulation is asked to do; the same for the command line and the panel. */
export interface SimulationRequest {
  /** Absolute path of a migration file or folder; for a command its directory. */
  readonly path: string;
  /** Of a folder, the migrations in these files alone: paths relative to it, with forward slashes. */
  readonly only?: readonly string[];
  /** Of those of a folder, every `count`-th from the `index`-th on. */
  readonly shard?: Shard;
  /** Runs this command in place of files. */
  readonly command?: CommandRequest;
  readonly engine?: EngineName;
  readonly engineVersion?: string;
  readonly framework?: string;
  readonly sandbox: SandboxProviderName;
  readonly image?: string;
  readonly faults: readonly FaultName[] | 'all';
  readonly points: readonly string[] | 'all';
  readonly rows: number;
  readonly seed: number;
  readonly jobs: number;
  /** Schema and data before the migration: an SQL file or a folder of migrations, absolute. Default: the earlier migrations of the folder. */
  readonly before?: string;
  readonly placeholders: Readonly<Record<string, string>>;
  /** Runs the migration once more beside an application, with so many sessions for each kind of request. Absent or 0: not at all. */
  readonly load?: number;
  /** False runs every cell, for the proof that collapsing is right. */
  readonly collapse: boolean;
}

export type SimulationPhase = 'starting sandbox' | 'preparing' | 'tracing' | 'running' | 'done';

/** What a runner says while it works, in order. */
export type SimulationEvent =
  | { readonly kind: 'phase'; readonly phase: SimulationPhase; readonly detail: string }
  /** Once per migration: what will be run. `cells` are all cells of the matrix. */
  | {
      readonly kind: 'planned';
      readonly migration: SimulatedMigration;
      readonly statements: readonly SimulatedStatement[];
      readonly transactions: Simulation['transactions'];
      readonly cells: readonly PlannedCell[];
      readonly load?: SimulatedLoad;
    }
  | { readonly kind: 'cell'; readonly cell: CellResult }
  | { readonly kind: 'finished'; readonly simulation: Simulation }
  | { readonly kind: 'failed'; readonly message: string; readonly code?: string }
  | { readonly kind: 'cancelled' };

/** Whether this machine can start a sandbox. Absent `unavailable`: it can. Otherwise one line: what is missing, and what to do. */
export interface SandboxAvailability {
  readonly name: SandboxProviderName;
  readonly unavailable?: string;
}

/** What the owner of a runner process says to it. A runner that was only probed starts nothing, and exits when its channel closes. */
export type RunnerCommand =
  | { readonly kind: 'start'; readonly request: SimulationRequest }
  | { readonly kind: 'cancel' }
  /** Which sandboxes can be used for this engine? Answered by one `sandboxes` message. */
  | { readonly kind: 'probe'; readonly engine: EngineName; readonly engineVersion: string; readonly image?: string };

/** What a runner process says: the simulation's events, and the answer to a probe. */
export type RunnerMessage = SimulationEvent | { readonly kind: 'sandboxes'; readonly sandboxes: readonly SandboxAvailability[] };
