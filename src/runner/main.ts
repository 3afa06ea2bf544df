/**
 * The runner process: one per simulation. It gets RunnerCommands and says RunnerMessages over the IPC channel of node's `fork`. When
 * the channel closes its owner is gone, and it ends, with its sandbox.
 */

import { defaultEngine, engineOf } from '../model/engine';
import type { SandboxProvider } from '../model/sandbox';
import type { RunnerCommand, RunnerMessage, SandboxAvailability } from '../protocol/simulation';
import { sandboxProviders } from '../sandbox/providers';
import { SimulationCancelled, SimulationFailure } from './failure';
import { simulate } from './simulate';

const cancellation = new AbortController();
let running: Promise<void> | undefined;

function say(message: RunnerMessage): void {
  if (process.connected) process.send?.(message);
}

async function start(command: Extract<RunnerCommand, { kind: 'start' }>): Promise<void> {
  try {
    await simulate(command.request, say, cancellation.signal);
  } catch (error) {
    // Both were emitted; anything else is a defect, and its first line is all that a user can use.
    if (error instanceof SimulationFailure || error instanceof SimulationCancelled) return;
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

/** A provider that can't even tell is not available either. */
async function whyUnavailable(
  provider: SandboxProvider,
  options: Parameters<SandboxProvider['available']>[0],
): Promise<string | undefined> {
  try {
    const available = await provider.available(options);
    return available.ok ? undefined : available.error.message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function probe(command: Extract<RunnerCommand, { kind: 'probe' }>): Promise<void> {
  const engine = engineOf(command.engine, command.engineVersion) ?? defaultEngine;
  const sandboxes: SandboxAvailability[] = [];
  for (const provider of Object.values(sandboxProviders)) {
    const unavailable = await whyUnavailable(provider, { engine, ...(command.image !== undefined && { image: command.image }) });
    sandboxes.push({ name: provider.name, ...(unavailable !== undefined && { unavailable }) });
  }
  say({ kind: 'sandboxes', sandboxes });
}

/** How long the sandbox may take to be removed in good order: less than owners wait before they kill. */
const graceMs = 8_000;

/** A server that has stopped answering can keep everything waiting; what is done at exit does not ask it. */
function cancel(): void {
  cancellation.abort();
  setTimeout(() => process.exit(1), graceMs).unref();
}

async function finish(): Promise<void> {
  cancel();
  await running;
  process.exit(0);
}

process.on('message', (command: RunnerCommand) => {
  switch (command.kind) {
    case 'start':
      // An owner that has gone has disconnected already.
      running ??= start(command).then(() => (process.connected ? process.disconnect?.() : undefined));
      break;
    case 'cancel':
      cancel();
      break;
    case 'probe':
      void probe(command);
      break;
  }
});
process.on('disconnect', () => void finish());
process.on('SIGTERM', () => void finish());
process.on('SIGINT', () => void finish());
