import { type ChildProcess, fork } from 'node:child_process';
import type { RunnerCommand, RunnerMessage, SimulationEvent, SimulationRequest } from '../protocol/simulation';
import type { Output } from './output';
import { inPanelWords } from './sandbox-words';

/** How long a runner may take to remove its sandbox after a cancel before it is killed. */
const cancelGraceMs = 10_000;

/** One simulation in a process of its own. */
export interface RunningSimulation {
  /** Asks the runner to stop and remove its sandbox; kills it when it does not. */
  cancel(): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
}

/**
 * Starts the runner in VS Code's own Node (the user may have none). The caller gets messages by `onMessage`. It names files as they are seen
 * from `directory`.
 */
export function forkRunner(extensionPath: string, output: Output, directory?: string): ChildProcess {
  const child = fork(`${extensionPath}/dist/runner.js`, [], {
    execPath: process.execPath,
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(directory !== undefined && { cwd: directory }),
  });
  child.stdout?.on('data', (data: Buffer) => output.info(`runner: ${data.toString('utf8').trimEnd()}`));
  child.stderr?.on('data', (data: Buffer) => output.warn(`runner: ${data.toString('utf8').trimEnd()}`));
  return child;
}

/** Sends a command; a runner that is already gone does not hear it, and its exit says why. */
export function tell(child: ChildProcess, command: RunnerCommand): void {
  if (child.connected) child.send(command, () => undefined);
}

/**
 * Runs one simulation. `emit` gets the runner's events in order and always exactly one ending (`finished`, `failed` or `cancelled`),
 * also when the process dies.
 */
export function runSimulation(
  extensionPath: string,
  request: SimulationRequest,
  output: Output,
  emit: (event: SimulationEvent) => void,
  directory?: string,
): RunningSimulation {
  const child = forkRunner(extensionPath, output, directory);
  let over = false;
  let cancelled = false;
  let killTimer: NodeJS.Timeout | undefined;

  const pass = (event: SimulationEvent): void => {
    if (over) return;
    over = isEnding(event);
    emit(event.kind === 'failed' ? { ...event, message: inPanelWords(event.message) } : event);
  };
  child.on('message', (message: RunnerMessage) => {
    if (message.kind !== 'sandboxes') pass(message);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      pass({ kind: 'failed', message: `The simulation could not be started: ${error.message}` });
      resolve();
    });
    child.once('exit', (code, signal) => {
      clearTimeout(killTimer);
      pass(cancelled ? { kind: 'cancelled' } : { kind: 'failed', message: crashMessage(code, signal) });
      resolve();
    });
  });
  tell(child, { kind: 'start', request });
  return {
    ended,
    cancel() {
      if (cancelled || child.exitCode !== null) return;
      cancelled = true;
      tell(child, { kind: 'cancel' });
      killTimer = setTimeout(() => child.kill('SIGKILL'), cancelGraceMs);
    },
  };
}

function isEnding(event: SimulationEvent): boolean {
  return event.kind === 'finished' || event.kind === 'failed' || event.kind === 'cancelled';
}

function crashMessage(code: number | null, signal: NodeJS.Signals | null): string {
  const how = signal === null ? `with status ${code ?? 'unknown'}` : `by ${signal}`;
  return `The process that runs simulations ended ${how} before it was done. Its sandbox is removed by the next run. Run again; the Faultline output has the details.`;
}
