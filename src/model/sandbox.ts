import type { Engine, EngineName } from './engine';
import type { Result } from './result';

/** How to reach one database in a sandbox. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A file system of fixed size that belongs to a server alone, or why there is none. */
export type SmallDisk =
  | {
      /** An empty folder on it, as the server sees it. It is empty again after a restart of the server. */
      readonly folder: string;
      readonly bytes: number;
      /** Fills it to its last byte. */
      fill(): Promise<void>;
      /** Gives the space back. Harmless when nothing was taken. */
      free(): Promise<void>;
    }
  | { readonly unavailable: string };

/** A throwaway server that Faultline owns. */
export interface Sandbox {
  readonly engine: Engine;
  /** For people: `embedded`, `docker postgres:18`. */
  readonly label: string;
  readonly providerName: SandboxProviderName;
  /** For databases whose disk runs full. */
  readonly smallDisk: SmallDisk;
  /** Aborted when the server has ended though nobody here ended it. The reason is an Error whose message is one line for the user. */
  readonly lost: AbortSignal;
  /** The address of a database in it. Ask again after `crash`: a port may have changed. */
  address(database: string): DatabaseAddress;
  /** Creates an empty database. */
  createDatabase(name: string): Promise<void>;
  /**
   * Copies a database, into another tablespace where one is named. Nobody may be connected to the source. MySQL and MariaDB have no tablespace
   * for a database: whatever is named there, all files of the copy lie on the small disk.
   */
  cloneDatabase(source: string, target: string, tablespace?: string): Promise<void>;
  /** Drops databases, ending their sessions. Missing ones are no error. */
  dropDatabases(names: readonly string[]): Promise<void>;
  /** SIGKILL, restart, crash recovery: resolves when the server answers again. Every connection to every database dies. */
  crash(): Promise<void>;
  /** Resolves when the server answers; throws, as `query` does, when it can't be reached. Needs no language of an engine. */
  ping(): Promise<void>;
  /** Runs one statement as the administrator, in database `database` (default: the maintenance database). Rows as objects. */
  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Stops the server and removes all that belongs to it. Safe to call twice. */
  dispose(): Promise<void>;
}

export type SandboxProviderName = 'embedded' | 'docker' | 'local';

/** Where a database comes from when nobody has said so: only PostgreSQL's server comes as a package of its own. */
export function defaultSandbox(engine: EngineName): SandboxProviderName {
  return engine === 'postgres' ? 'embedded' : 'docker';
}

export interface SandboxOptions {
  readonly engine: Engine;
  /** Docker only: the image; default `postgres:MAJOR`. */
  readonly image?: string;
  /** The server gets a small disk beside its own, where this machine allows one. */
  readonly smallDisk?: boolean;
  /** Called with one line about what is happening: downloads, pulls, start. */
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface SandboxProvider {
  readonly name: SandboxProviderName;
  /** Can this machine do it? The problem says in one line what is missing and what to do. Starts nothing. */
  available(options: Pick<SandboxOptions, 'engine' | 'image'>): Promise<Result<void>>;
  start(options: SandboxOptions): Promise<Result<Sandbox>>;
  /** Removes what dead owners left behind, and nothing else. Returns a line for each thing removed. */
  removeOrphans(): Promise<readonly string[]>;
}
