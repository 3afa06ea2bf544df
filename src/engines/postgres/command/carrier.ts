import type { Migration } from '../../../model/migration';
import type { RunProtocol } from '../../../model/run-protocol';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { Carrier, ExecutionOutcome } from '../../carrier';
import { startDriven } from '../../execution/execution';
import { Script } from '../../execution/script';
import { postgresDialect } from '../execution/dialect';
import { type Command, CommandDriver } from './driver';
import { type KnownRequest, type RecordedRequest, Recorder } from './recording';

export interface Recording {
  readonly outcome: ExecutionOutcome;
  readonly requests: readonly RecordedRequest[];
  readonly durationMs: number;
}

/** Runs a command once, undisturbed, and writes down what it sends. Rejects when it can't be run, or `signal` is aborted. */
export async function recordCommand(command: Command, address: DatabaseAddress, signal: AbortSignal): Promise<Recording> {
  const recorder = new Recorder();
  const started = performance.now();
  const execution = startDriven(
    postgresDialect,
    { address, signal },
    new Script({ up: { statements: [] } }, []),
    new CommandDriver(command, [], { recorder }),
  );
  try {
    return { outcome: await execution.outcome, requests: recorder.requests, durationMs: performance.now() - started };
  } finally {
    await execution.close();
  }
}

/** Runs a command whose requests are known from a recording, so that its points can be found again. `undisturbedMs`: what it took then. */
export function commandCarrier(
  command: Command,
  known: readonly KnownRequest[],
  undisturbedMs: number,
  migration: Migration,
  protocol: RunProtocol,
): Carrier {
  const script = new Script(migration, protocol.steps(migration));
  return {
    start: (request) =>
      startDriven(
        postgresDialect,
        request,
        script,
        new CommandDriver(command, known, { undisturbedMs, isHeld: request.fault !== undefined }),
      ),
  };
}
