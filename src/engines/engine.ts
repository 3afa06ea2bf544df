import type { RowHeap } from '../faults/applied-twice';
import type { Dirt } from '../faults/dirt/recipe';
import type { Table } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Migration, Statement } from '../model/migration';
import type { RunProtocol } from '../model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../model/sandbox';
import type { SessionLeft } from '../model/simulation';
import type { State, VolatileColumns } from '../model/state';
import type { VainDraw } from '../state/drawn';
import type { Baseline, CaptureOptions } from './capture';
import type { Carrier, ClientError } from './carrier';
import type { CommandTools } from './command/tools';
import type { LoadOptions, RunningLoad, Workload, WorkloadSource } from './load';
import type { Meter } from './measure';
import type { DirtSource, GeneratedRows, GenerateRowsOptions, MadeDirt } from './rows';
import type { AskedRows, StepsResult } from './steps';

/**
 * What a simulation needs of a database engine, all of it over connections of its own to databases of a sandbox. Everything rejects with
 * one line for the user when a connection can't be made. What is absent is what the engine does not have: the simulation says so.
 */
export interface DatabaseEngine {
  /** Carries out a migration as its framework would. Absent: its migrations are code, which a process of its own runs. */
  builtInCarrier?(migration: Migration, protocol: RunProtocol): Carrier;

  /** Real tools, run as their users run them. Absent: commands can't be simulated. */
  readonly command?: CommandTools;

  /** Everything that a migration could have changed, in one moment. Nothing is written. */
  captureState(address: DatabaseAddress, options: CaptureOptions): Promise<State>;
  /** The same, in full and with column hashes, kept so that later states are read by what changed. Nobody may be writing meanwhile. */
  captureBaseline(address: DatabaseAddress, options: CaptureOptions): Promise<Baseline>;
  /** The migration's sessions that are still there and hold locks, and what else of it blocks others. `sessionIds` are known to be its own. */
  captureBlockingSessions(sandbox: Sandbox, database: string, sessionIds: readonly number[]): Promise<readonly SessionLeft[]>;
  /** A moment by the server's clock, in UTC, as it writes times. */
  serverClock(sandbox: Sandbox): Promise<string>;
  /** The rows of a table as hashes over these columns, each with how often it is there. */
  readRowHeap(
    address: DatabaseAddress,
    table: { readonly schema: string; readonly name: string },
    columns: readonly string[],
  ): Promise<RowHeap>;
  /** The query that gives `rowsHash` of one table alone, for whoever compares it by hand. Undefined where no query of the engine can. */
  checksumQuery(table: Table, volatile: VolatileColumns, clockStart: string | undefined, engine: Engine): string | undefined;

  /** Runs texts in order on one connection, and stops at the first that fails. */
  executeSteps(address: DatabaseAddress, texts: readonly string[], signal: AbortSignal): Promise<StepsResult>;
  /** Runs queries, read-only, and gives the rows of each; undefined for one that the server refused. */
  askAll(address: DatabaseAddress, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]>;

  /** Fills the user's tables with rows that respect their keys and constraints. */
  generateRows(address: DatabaseAddress, options: GenerateRowsOptions): Promise<GeneratedRows>;
  /** Its schemas say too little to make rows of: `GenerateRowsOptions.meant` says what the migration will look for. */
  readonly rowsFollowMigration?: true;
  /** Puts dirty rows in: rows that meet all that the schema asks for so far, but for what the recipe changes in them. */
  makeDirt(address: DatabaseAddress, dirt: Dirt, source: DirtSource): Promise<MadeDirt>;
  /** Puts sequences back to where they would be without numbers that were drawn for nothing. */
  putNumbersBack(address: DatabaseAddress, draws: readonly VainDraw[]): Promise<void>;

  /** Names of what belongs to the whole server and outlives a database: roles, users. */
  serverAccounts(sandbox: Sandbox): Promise<ReadonlySet<string>>;
  dropServerAccounts(sandbox: Sandbox, names: readonly string[]): Promise<void>;

  /** Looks on while a migration runs. `bare`: numbers of the statements that can't stand in a transaction. Absent: nothing is measured. */
  openMeter?(address: DatabaseAddress, bare: ReadonlySet<number>): Promise<Meter>;
  /** An application beside the migration. */
  readonly load?: LoadTools;
  /** How a full disk is made. */
  readonly fullDisk?: FullDiskTools;
}

export interface LoadTools {
  /** The requests of an application that knows these tables as they are now. Every one has been carried out once, and succeeded. */
  makeWorkload(source: WorkloadSource): Promise<Workload>;
  start(options: LoadOptions): Promise<RunningLoad>;
}

export interface FullDiskTools {
  /** Does the server say with it that no space is left? */
  isFull(error: ClientError): boolean;
  /** Names of the places for databases: on the small disk, and where all others are (absent: where a clone lies when no place is named). */
  readonly smallPlace: string;
  readonly ordinaryPlace?: string;
  /** Makes the place for databases on the small disk, whose folder this is, or makes it anew after a restart of the server. */
  openPlace?(sandbox: Sandbox, folder: string): Promise<void>;
  /** Gives what every statement in a database there needs a little room. */
  makeRoom?(address: DatabaseAddress): Promise<void>;
  databaseBytes(sandbox: Sandbox, database: string): Promise<number>;
  /** Done when the disk has room again, so that the server outlives a crash that comes later. */
  settle?(sandbox: Sandbox): Promise<void>;
  /**
   * Why the disk must not run full under this statement, which may be about these tables: the server would not survive it, or wait instead of
   * refusing it. In words for the user; undefined where it may.
   */
  whyNot?(statement: Statement, engine: Engine, tables: readonly Table[]): string | undefined;
}
