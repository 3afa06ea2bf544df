import { setMaxListeners } from 'node:events';
import { engineVersionText } from '../model/engine';
import type { Verdict } from '../model/fault';
import type { Sandbox } from '../model/sandbox';
import type { CellResult, SimulatedLoad, SimulatedMigration, SimulatedStatement, Simulation, SimulationSummary } from '../model/simulation';
import type { SimulationEvent, SimulationRequest } from '../protocol/simulation';
import { sandboxProviders } from '../sandbox/providers';
import { causeOf } from './cause';
import { planCells, runCells } from './cells';
import { prepareCommand, shownCommand } from './command/rehearse';
import { SimulationCancelled, SimulationFailure, throwIfCancelled } from './failure';
import { Groundwork } from './groundwork';
import { prepareHarnessed } from './harness';
import { Laboratory } from './laboratory';
import { runUnderLoad } from './load';
import { Prefixes } from './prefixes';
import { isHarnessed, readSubject, type Subject } from './subject';
import { databaseBefore, type StateBefore, type Trace, type TracedSubject, traceMigration } from './trace';

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
  // A shard of a small folder may have none.
  if (request.command === undefined && subject.targets.length === 0) return [];
  emit({ kind: 'phase', phase: 'starting sandbox', detail: '' });
  const sandbox = await startSandbox(request, subject, emit, signal);
  const either = AbortSignal.any([signal, sandbox.lost]);
  setMaxListeners(0, either);
  try {
    return await simulateSubject(request, subject, new Laboratory(sandbox, either), emit);
  } catch (error) {
    throw signal.aborted ? error : await causeOf(error, sandbox);
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
  for (const prepare of preparations(request, subject, laboratory, groundwork)) {
    const simulation = await simulateOne(request, laboratory, await prepare(emit), emit);
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
  if (left <= 0) return '';
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
    smallDisk: request.faults === 'all' || request.faults.includes('disk-full'),
    onProgress: (detail) => emit({ kind: 'phase', phase: 'starting sandbox', detail }),
    signal,
  });
  if (!started.ok) throw new SimulationFailure(started.error.message, started.error.code);
  return started.value;
}

type Emit = (event: SimulationEvent) => void;

/** What is simulated, and the database in the state before, which is dropped afterwards. */
interface Prepared extends StateBefore {
  readonly subject: TracedSubject;
}

/** What has to be done, in order, before each migration can be traced. */
function preparations(
  request: SimulationRequest,
  subject: Subject,
  laboratory: Laboratory,
  groundwork: Groundwork,
): readonly ((emit: Emit) => Promise<Prepared>)[] {
  const { command } = request;
  if (command !== undefined) {
    return [
      async (emit) => {
        emit({ kind: 'phase', phase: 'tracing', detail: shownCommand(command) });
        return prepareCommand(laboratory, command, subject.engine, groundwork.database, request);
      },
    ];
  }
  return subject.targets.map((position) => async (emit) => {
    await groundwork.advanceTo(position);
    const migration = subject.migrations[position];
    if (migration === undefined) throw new SimulationFailure('The migration is no longer there.');
    emit({ kind: 'phase', phase: 'tracing', detail: migration.title });
    const { framework, engine, folder } = subject;
    if (isHarnessed(framework)) return prepareHarnessed(laboratory, { framework, folder, migration }, engine, groundwork.database, request);
    const protocol = framework.run(migration.engine);
    const { bookkeepingTables } = protocol;
    return {
      subject: { framework, migration, carrier: laboratory.builtInCarrier(migration, protocol) },
      ...(await databaseBefore(laboratory, groundwork.database, bookkeepingTables, request)),
    };
  });
}

async function simulateOne(request: SimulationRequest, laboratory: Laboratory, prepared: Prepared, emit: Emit): Promise<Simulation> {
  const started = performance.now();
  const { migration } = prepared.subject;
  let prefixes: Prefixes | undefined;
  try {
    const traced = await traceMigration(laboratory, prepared.subject, prepared.beforeDatabase, request.seed);
    // Who wants every cell run wants it run from the start.
    if (request.collapse) prefixes = await Prefixes.of(laboratory, traced);
    const trace = { ...traced, ...(prefixes && { prefixes }) };
    const cells = planCells(trace, request);
    const described = describe(request, trace, prepared, laboratory.sandbox);
    const statements = request.command === undefined ? trace.statements : trace.statements.map(withoutRange);
    const { transactions } = trace.plan;
    const load = await loadOf(laboratory, trace, request);
    emit({ kind: 'planned', migration: described, statements, transactions, cells, ...(load && { load }) });
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
      ...(load && { load }),
      summary: summarise(results, performance.now() - started),
    };
    emit({ kind: 'finished', simulation });
    return simulation;
  } finally {
    await prefixes?.dispose();
    await laboratory.drop(prepared.beforeDatabase);
  }
}

/** What an application feels, when that was asked for. A migration that fails by itself is nothing to run beside one. */
async function loadOf(laboratory: Laboratory, trace: Trace, request: SimulationRequest): Promise<SimulatedLoad | undefined> {
  const { load: sessionsPerRequest = 0, seed } = request;
  if (sessionsPerRequest === 0 || trace.failsByItself !== undefined || trace.onlyOnce !== undefined) return undefined;
  const { bookkeepingTables } = trace.framework.run(trace.migration.engine);
  return runUnderLoad(laboratory, { ...trace, bookkeepingTables, seed, sessionsPerRequest });
}

/** What a command sends stands in no file. */
function withoutRange({ range: _, ...statement }: SimulatedStatement): SimulatedStatement {
  return statement;
}

function describe(
  request: SimulationRequest,
  { framework, migration }: Trace,
  { unfilled }: StateBefore,
  sandbox: Sandbox,
): SimulatedMigration {
  const { command } = request;
  return {
    ...(command === undefined ? { path: migration.up.path } : { command: shownCommand(command) }),
    id: migration.id,
    framework: command === undefined ? framework.name : framework.displayName,
    engine: migration.engine.name,
    engineVersion: engineVersionText(migration.engine),
    sandbox: sandbox.label,
    seed: request.seed,
    rows: request.rows,
    ...(unfilled.length > 0 && { unfilled }),
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
