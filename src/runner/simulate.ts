import { setMaxListeners } from 'node:events';
import type { Verdict } from '../model/fault';
import type { Sandbox } from '../model/sandbox';
import type { CellResult, SimulatedMigration, Simulation, SimulationSummary } from '../model/simulation';
import type { SimulationEvent, SimulationRequest } from '../protocol/simulation';
import { sandboxProviders } from '../sandbox/providers';
import { planCells, runCells } from './cells';
import { SimulationCancelled, SimulationFailure, throwIfCancelled } from './failure';
import { Groundwork } from './groundwork';
import { Laboratory } from './laboratory';
import { readSubject, type Subject } from './subject';
import { type Trace, traceMigration } from './trace';

/**
 * Runs the matrix of every migration that the request names, in order, in a sandbox that is gone when this settles. Events come as
 * things happen. Throws SimulationFailure with one line for the user, or SimulationCancelled; both are also emitted.
 */
export async function simulate(
  request: SimulationRequest,
  emit: (event: SimulationEvent) => void,
  signal: AbortSignal,
): Promise<readonly Simulation[]> {
  // Every session that is open listens for the cancellation.
  setMaxListeners(0, signal);
  try {
    return await simulateInSandbox(request, emit, signal);
  } catch (error) {
    if (signal.aborted || error instanceof SimulationCancelled) {
      emit({ kind: 'cancelled' });
      throw new SimulationCancelled('Cancelled.');
    }
    const failure =
      error instanceof SimulationFailure ? error : new SimulationFailure(error instanceof Error ? error.message : String(error));
    emit({ kind: 'failed', message: failure.message, ...(failure.code !== undefined && { code: failure.code }) });
    throw failure;
  }
}

async function simulateInSandbox(
  request: SimulationRequest,
  emit: (event: SimulationEvent) => void,
  signal: AbortSignal,
): Promise<readonly Simulation[]> {
  const subject = await readSubject(request);
  emit({ kind: 'phase', phase: 'starting sandbox', detail: '' });
  const sandbox = await startSandbox(request, subject, emit, signal);
  try {
    return await simulateSubject(request, subject, new Laboratory(sandbox, signal), emit);
  } finally {
    await sandbox.dispose();
  }
}

/** The same in a sandbox that is there already and stays: all databases that were made in it are dropped again. Rejects as it comes. */
export async function simulateSubject(
  request: SimulationRequest,
  subject: Subject,
  laboratory: Laboratory,
  emit: (event: SimulationEvent) => void,
): Promise<readonly Simulation[]> {
  emit({ kind: 'phase', phase: 'preparing', detail: 'applying the earlier migrations' });
  const groundwork = await Groundwork.lay(laboratory, subject);
  const simulations: Simulation[] = [];
  for (const position of subject.targets) {
    await groundwork.advanceTo(position);
    const simulation = await simulateOne(request, subject, position, laboratory, groundwork.database, emit);
    simulations.push(simulation);
    // What comes after it has no state to start from; what was found so far is worth having.
    if (simulation.failsByItself !== undefined) break;
  }
  await laboratory.drop(groundwork.database);
  emit({ kind: 'phase', phase: 'done', detail: notSimulated(subject, simulations) });
  return simulations;
}

/** Says that the migrations behind one that fails by itself were left out; empty when all were simulated. */
function notSimulated(subject: Subject, simulations: readonly Simulation[]): string {
  const left = subject.targets.length - simulations.length;
  if (left === 0) return '';
  return `${simulations.at(-1)?.migration.id} fails by itself: ${left} later ${left === 1 ? 'migration was' : 'migrations were'} not simulated`;
}

async function startSandbox(
  request: SimulationRequest,
  subject: Subject,
  emit: (event: SimulationEvent) => void,
  signal: AbortSignal,
): Promise<Sandbox> {
  throwIfCancelled(signal);
  const provider = sandboxProviders[request.sandbox];
  const started = await provider.start({
    engine: subject.engine,
    ...(request.image !== undefined && { image: request.image }),
    onProgress: (detail) => emit({ kind: 'phase', phase: 'starting sandbox', detail }),
    signal,
  });
  if (!started.ok) throw new SimulationFailure(started.error.message, started.error.code);
  return started.value;
}

async function simulateOne(
  request: SimulationRequest,
  subject: Subject,
  position: number,
  laboratory: Laboratory,
  groundwork: string,
  emit: (event: SimulationEvent) => void,
): Promise<Simulation> {
  const migration = subject.migrations[position];
  if (migration === undefined) throw new SimulationFailure('The migration is no longer there.');
  const started = performance.now();
  emit({ kind: 'phase', phase: 'tracing', detail: migration.title });
  const trace = await traceMigration(laboratory, subject.framework, migration, groundwork, { rows: request.rows, seed: request.seed });
  try {
    const cells = planCells(trace, request);
    const described = describe(request, subject, trace, laboratory.sandbox);
    const { statements } = trace;
    const { transactions } = trace.plan;
    emit({ kind: 'planned', migration: described, statements, transactions, cells });
    emit({ kind: 'phase', phase: 'running', detail: migration.title });
    const results = await runCells(laboratory, trace, cells, request.jobs, (cell) => emit({ kind: 'cell', cell }));
    const simulation: Simulation = {
      migration: described,
      statements,
      transactions,
      states: {
        before: { fingerprint: trace.fingerprints.before },
        ...(trace.fingerprints.after !== undefined && { after: { fingerprint: trace.fingerprints.after } }),
      },
      ...(trace.failsByItself !== undefined && { failsByItself: trace.failsByItself }),
      cells: results,
      summary: summarise(results, performance.now() - started),
    };
    emit({ kind: 'finished', simulation });
    return simulation;
  } finally {
    await laboratory.drop(trace.beforeDatabase);
  }
}

function describe(request: SimulationRequest, subject: Subject, trace: Trace, sandbox: Sandbox): SimulatedMigration {
  return {
    path: trace.migration.up.path,
    id: trace.migration.id,
    framework: subject.framework.name,
    engine: subject.engine.name,
    engineVersion: String(subject.engine.major),
    sandbox: sandbox.label,
    seed: request.seed,
    rows: request.rows,
  };
}

function summarise(cells: readonly CellResult[], durationMs: number): SimulationSummary {
  const done = cells.filter((cell) => cell.status === 'done');
  const byVerdict: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of done) if (verdict !== undefined) byVerdict[verdict] = (byVerdict[verdict] ?? 0) + 1;
  const plans = done.flatMap((cell) => (cell.recovery === undefined ? [] : [cell.recovery.back, cell.recovery.forward]));
  return {
    cells: cells.length,
    done: done.length,
    byVerdict,
    recoveryVerified: plans.filter((plan) => plan.verified).length,
    durationMs: Math.round(durationMs),
    perCellMs: Math.round((durationMs / Math.max(1, done.length)) * 10) / 10,
  };
}
