import type { Engine, EngineName } from '../model/engine';
import type { DatabaseAddress, SmallDisk } from '../model/sandbox';
import type { Account } from './process/account';
import type { ServerFolder } from './process/folder';

/** All that sandboxes have to know of a database engine: how servers of it are started, recognised, asked and emptied. */
export interface ServerEngine {
  readonly name: EngineName;
  /** The account that administers a sandbox. */
  readonly administratorName: string;
  /** What a user without Docker, or without this server's programs, is advised to do: ends a sentence that begins with "Start Docker, or". */
  readonly instead: { readonly ofDocker: string; readonly ofLocal: string };
  /** `address` is asked for each connection, since a restart may have moved the server. */
  administrator(address: (database: string) => DatabaseAddress): Administrator;
  readonly container: ContainerSide;
  readonly programs: ProgramSide;
}

/** The administrator's hands on a server, wherever it runs: queries, and databases created, copied and dropped. */
export interface Administrator {
  /** The engine as the server says it; what was asked for until it was `ready`. */
  readonly engine: Engine | undefined;
  /** Waits until a real query is answered. `check` is called between attempts and throws when waiting has become pointless. */
  ready(timeoutMs: number, check: () => void | Promise<void>): Promise<void>;
  /** One exchange with the server that says nothing but that it is there. Throws what the driver says when it is not. */
  ping(): Promise<void>;
  /** One statement, rows as objects. Throws what the server or the driver says. */
  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  createDatabase(name: string): Promise<void>;
  /** `host` runs commands where the server's files are. */
  cloneDatabase(source: string, target: string, tablespace: string | undefined, host: ServerHost): Promise<void>;
  dropDatabases(names: readonly string[]): Promise<void>;
  /** Forgets all connections; the next query opens new ones. Does not wait for a server that is gone. */
  disconnect(): Promise<void>;
  /** Is this the answer of the server that is meant, and no failure to reach it? */
  isAnswer(error: unknown): boolean;
}

/** The place where a server's files lie: a container, this machine. */
export interface ServerHost {
  readonly smallDisk: SmallDisk;
  /**
   * Runs a shell script there, as an account that may do everything with the files of the server. `$disk` is the folder of the small disk,
   * `$data` the folder of the data. Throws a SandboxError.
   */
  run(script: string): Promise<void>;
}

/** How a server of an engine is run from its image. */
export interface ContainerSide {
  /** `postgres:18` */
  image(engine: Engine): string;
  /** The version that an image says it holds, by its environment variables (`NAME=value`). */
  versionIn(environment: readonly string[]): string | undefined;
  readonly port: number;
  /**
   * What makes a server with this password; `smallDisk` is the folder of one, where it has one, `environment` are the variables that the image
   * sets.
   */
  specification(engine: Engine, password: string, smallDisk: string | undefined, environment: readonly string[]): ContainerSpecification;
  /** Lines of a log that tell why a server stopped. */
  readonly telling: RegExp;
}

export interface ContainerSpecification {
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly sharedMemoryBytes?: number;
  /** The folder of the data, and the file in which the server writes its process id: where they are said, the data may be kept in memory. */
  readonly data?: { readonly folder: string; readonly processFile: string };
}

/** The programs of a server on this machine, and the version that they are of. */
export interface ServerPrograms {
  /** The folder where they lie. */
  readonly folder: string;
  readonly engine: Engine;
}

/** A program to be run, with its parameters. */
export interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** Where a server is to run, and as whom. */
export interface ServerPlace {
  readonly programs: ServerPrograms;
  readonly folder: ServerFolder;
  readonly account: Account | undefined;
  readonly password: string;
  /** A folder on the small disk, where there is one. */
  readonly smallDisk: string | undefined;
}

/** How a server of an engine is run from programs on this machine. */
export interface ProgramSide {
  /** Every server of this engine that is installed here; those on PATH come first. */
  installed(): readonly ServerPrograms[];
  /** Makes the data directory. `run` runs a command under the server's account and throws a SandboxError. */
  initialise(place: ServerPlace, run: (command: Command) => Promise<void>): Promise<void>;
  /** The server itself, in the foreground. */
  server(place: ServerPlace, port: number): Command;
  /** How it is started on Windows, where that takes another program; it is awaited and the lock tells the server's process. */
  startOnWindows?(place: ServerPlace, port: number): Command;
  /** The names of the environment variables that the server must not inherit. */
  readonly ownVariables: RegExp;
  /** Does the server of this process accept connections in this folder? */
  isAccepting(folder: ServerFolder, processId: number): boolean;
  /** The process that a server has written down in its data directory, and how to give back what it left when it was killed. */
  lock(folder: ServerFolder): ServerLock | undefined;
  /** How a server is ended at once and leaves nothing. */
  readonly stopSignal: NodeJS.Signals;
  /** Lines of a log that tell why a server did not start; among them those that say that its port is taken, or that its lock is stale. */
  readonly log: { readonly telling: RegExp; readonly portTaken: RegExp; readonly staleLock?: RegExp };
  /** About how much room a data directory takes, for messages. */
  readonly roomMegabytes: number;
}

export interface ServerLock {
  readonly processId: number;
  /** Gives back what a killed server keeps of the system. Does not wait. */
  release(): void;
  /** Removes the lock itself: the server is known to be gone. */
  remove(): void;
}
