import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import type { DatabaseAddress } from '../../model/sandbox';
import type { Carrier, ExecutionOutcome } from '../carrier';
import { startDriven } from '../execution/execution';
import { Script } from '../execution/script';
import type { WireTypes } from '../execution/wire';
import { type Command, CommandDriver, type CommandKind } from './driver';
import { type KnownRequest, type RecordedRequest, Recorder } from './recording';

export interface Recording {
  readonly outcome: ExecutionOutcome;
  readonly requests: readonly RecordedRequest[];
  readonly durationMs: number;
}

/** Runs a command once, undisturbed, and writes down what it sends. Rejects when it can't be run, or `signal` is aborted. */
export async function recordCommand<W extends WireTypes>(
  kind: CommandKind<W>,
  command: Command,
  address: DatabaseAddress,
  signal: AbortSignal,
): Promise<Recording> {
  const recorder = new Recorder(kind.reader);
  const started = performance.now();
  const execution = startDriven(
    kind.dialect,
    { address, signal },
    new Script({ up: { statements: [] } }, []),
    new CommandDriver(kind, command, [], { recorder }),
  );
  try {
    return { outcome: await execution.outcome, requests: recorder.requests, durationMs: performance.now() - started };
  } finally {
    await execution.close();
  }
}

/** A command whose requests are known from a recording, so that its points can be found again. */
export interface KnownCommand {
  readonly command: Command;
  readonly known: readonly KnownRequest[];
  /** Milliseconds that it took undisturbed. */
  readonly undisturbedMs: number;
  readonly migration: Migration;
  readonly protocol: RunProtocol;
}

/** Runs a known command. */
export function commandCarrier<W extends WireTypes>(
  kind: CommandKind<W>,
  { command, known, undisturbedMs, migration, protocol }: KnownCommand,
): Carrier {
  const script = new Script(migration, protocol.steps(migration));
  return {
    start: (request) =>
      startDriven(
        kind.dialect,
        request,
        script,
        new CommandDriver(kind, command, known, { undisturbedMs, isHeld: request.fault !== undefined }),
      ),
  };
}
