import type { Carrier } from '../engines/carrier';
import type { DatabaseEngine } from '../engines/engine';
import { databaseEngine } from '../engines/registry';
import { engineDisplayName } from '../model/engine';
import type { Migration } from '../model/migration';
import type { RunProtocol } from '../model/run-protocol';
import type { Sandbox } from '../model/sandbox';
import type { CellResult } from '../model/simulation';
import { SimulationFailure, throwIfCancelled } from './failure';

/** What a cell left, while it is still there. Nobody is connected to either database: both can be cloned. */
export interface Evidence {
  readonly result: CellResult;
  /** Holds the state that the result tells of. */
  readonly database: string;
  /** Holds the state before, as this cell began with it. */
  readonly beforeDatabase: string;
}

/** Looks at every state that was judged, before it is dropped: a second opinion. */
export type Witness = (evidence: Evidence) => Promise<void>;

/** The databases of one simulation: clones with names of their own, dropped when they are no longer needed. */
export class Laboratory {
  /** What is known of the sandbox's engine: how migrations run on it, and how its states are read. */
  readonly engine: DatabaseEngine;
  private counter = 0;

  constructor(
    readonly sandbox: Sandbox,
    readonly signal: AbortSignal,
    readonly witness: Witness = async () => undefined,
  ) {
    this.engine = databaseEngine(sandbox.engine.name);
  }

  /** Carries out a migration whose statements are known. Throws a SimulationFailure on an engine whose migrations are code. */
  builtInCarrier(migration: Migration, protocol: RunProtocol): Carrier {
    const carrier = this.engine.builtInCarrier?.(migration, protocol);
    if (carrier !== undefined) return carrier;
    throw new SimulationFailure(
      `${migration.title} is SQL, which ${engineDisplayName(this.sandbox.engine.name)} does not read: name the engine that it is for with --engine.`,
    );
  }

  /** An empty database; the caller drops it. */
  async create(): Promise<string> {
    const name = this.nextName();
    await this.sandbox.createDatabase(name);
    return name;
  }

  /** A copy of a database to which nobody is connected; the caller drops it. It lies where the source does, or in the tablespace that is named. */
  async clone(source: string, tablespace?: string): Promise<string> {
    throwIfCancelled(this.signal);
    const name = this.nextName();
    await this.sandbox.cloneDatabase(source, name, tablespace);
    return name;
  }

  async drop(...names: readonly string[]): Promise<void> {
    await this.sandbox.dropDatabases(names);
  }

  /** Runs `work` on a clone that is dropped afterwards, whatever happens. */
  async withClone<T>(source: string, work: (database: string) => Promise<T>): Promise<T> {
    const database = await this.clone(source);
    try {
      return await work(database);
    } finally {
      await this.drop(database);
    }
  }

  private nextName(): string {
    this.counter += 1;
    return `faultline_${this.counter}`;
  }
}
