import type { DatabaseAddress } from '../../model/sandbox';
import type { Carrier } from '../carrier';
import type { KnownCommand, Recording } from './carrier';
import type { Command } from './driver';
import type { HistoryTable, HistoryWriting } from './history';

/** What simulating a command needs of an engine. */
export interface CommandTools {
  /** Runs a command once, undisturbed, and writes down what it sends. Rejects when it can't be run, or `signal` is aborted. */
  record(command: Command, address: DatabaseAddress, signal: AbortSignal): Promise<Recording>;
  /** Runs a command whose requests are known from a recording, so that its points can be found again. */
  carrier(known: KnownCommand): Carrier;
  /** The tables of these names that there are, with all of their rows. A name may have its schema: `app.history`. */
  readHistoryTables(address: DatabaseAddress, names: readonly string[]): Promise<readonly HistoryTable[]>;
  /** Which of these function names the server itself has. */
  builtInFunctions(address: DatabaseAddress, names: readonly string[]): Promise<ReadonlySet<string>>;
  readonly writing: HistoryWriting;
}
