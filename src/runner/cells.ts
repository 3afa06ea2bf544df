import pLimit from 'p-limit';
import { progressAt } from '../faults/course';
import { enumerateCells, type Selection } from '../faults/enumerate';
import type { PlannedCell } from '../model/fault';
import type { CellResult } from '../model/simulation';
import { Assessor } from './assess';
import { throwIfCancelled } from './failure';
import type { Laboratory } from './laboratory';
import { type FailedExperiment, type Observation, observeCrashes } from './observe';
import { observeCell } from './observers';
import type { Trace } from './trace';

/** So many clones are held at their points at a time before the server is crashed under them. */
const crashesAtOnce = 12;

const refusedByTool = 'The tool refuses to run this migration, so nothing of it is sent.';

/** The cells of a migration. One that fails by itself never comes to the points behind the statement at which it fails. */
export function planCells(trace: Trace, selection: Selection): readonly PlannedCell[] {
  if (trace.course.statementCount === 0) return [];
  const failing = trace.failsByItself?.statement;
  const cells = enumerateCells(trace.course, selection);
  const { onlyOnce } = trace;
  const unsent = onlyOnce ?? (trace.failsByItself !== undefined && failing === undefined ? refusedByTool : undefined);
  if (unsent !== undefined) return cells.map(({ id, point, fault }) => ({ id, point, fault, impossible: unsent }));
  if (failing === undefined) return cells;
  return cells.map((cell) => {
    const reached = progressAt(trace.course, cell.point).done < failing;
    if (reached || cell.impossible !== undefined) return cell;
    const { sameAs: _, ...rest } = cell;
    return { ...rest, impossible: `The migration fails by itself at statement ${failing}, before this point.` };
  });
}

/** Runs every cell that needs a run of its own, and answers the others from those. Emits each result once, as it is known. */
export async function runCells(
  laboratory: Laboratory,
  trace: Trace,
  cells: readonly PlannedCell[],
  jobs: number,
  emit: (result: CellResult) => void,
): Promise<readonly CellResult[]> {
  const results = new Map<string, CellResult>();
  const finish = (...answers: readonly CellResult[]): void => {
    for (const answer of answers) {
      results.set(answer.id, answer);
      emit(answer);
    }
  };
  for (const cell of cells) if (cell.impossible !== undefined) finish(impossible(cell, cell.impossible));

  let open: readonly PlannedCell[] = cells.filter((cell) => cell.impossible === undefined);
  const assessors = new Map<Trace, Assessor>();
  const inSequence = preparesTransactions(trace);
  const limit = pLimit(inSequence ? 1 : Math.max(1, jobs));
  const judge = async (observed: Observation | FailedExperiment) => {
    const result = await judged(laboratory, assessors, observed);
    // When the server is gone every cell fails at once, sooner than the news of it comes: that is told instead, and once.
    if (result.status === 'failed') await laboratory.sandbox.ping();
    finish(result, ...copiesOf(result, open));
  };
  while (open.length > 0) {
    const own = open.filter((cell) => cell.sameAs === undefined);
    // A crash takes every connection with it, so the crashes come when nothing else is running.
    await Promise.all(
      own.filter((cell) => cell.fault !== 'crash').map((cell) => limit(async () => judge(await observeCell(laboratory, trace, cell)))),
    );
    for (const batch of batches(
      own.filter((cell) => cell.fault === 'crash'),
      inSequence ? 1 : crashesAtOnce,
    )) {
      throwIfCancelled(laboratory.signal);
      const observed = await observeCrashes(laboratory, trace, batch, limit);
      await Promise.all(observed.map((each) => limit(() => judge(each))));
    }
    open = promoted(open.filter((cell) => !results.has(cell.id)));
  }
  return cells.flatMap((cell) => results.get(cell.id) ?? []);
}

/** The name of a prepared transaction is taken on the whole server (manual, PREPARE TRANSACTION): two cells at a time would meet there. */
function preparesTransactions({ migration }: Trace): boolean {
  return migration.up.statements.some(({ operations }) =>
    operations.some((operation) => operation.kind === 'transaction' && operation.action === 'prepare'),
  );
}

/** Of the cells that one was to answer and could not, as it turned out to be impossible, the first answers now for the others. */
function promoted(cells: readonly PlannedCell[]): readonly PlannedCell[] {
  const successors = new Map<string, string>();
  return cells.map((cell) => {
    const { sameAs = '', ...alone } = cell;
    const successor = successors.get(sameAs);
    if (successor !== undefined) return { ...cell, sameAs: successor };
    successors.set(sameAs, cell.id);
    return alone;
  });
}

/** Cells that began in one state share an assessor: what it knows of a state holds for them alone. */
async function judged(
  laboratory: Laboratory,
  assessors: Map<Trace, Assessor>,
  observed: Observation | FailedExperiment,
): Promise<CellResult> {
  const { id, point, fault } = observed.cell;
  if ('why' in observed) return { id, point, fault, status: observed.status, why: observed.why };
  const { trace } = observed;
  const assessor = assessors.get(trace) ?? new Assessor(laboratory, trace);
  // No other cell begins in a state before that was made dirty for this one.
  const isOwn = trace.dirt !== undefined;
  if (!isOwn) assessors.set(trace, assessor);
  try {
    return await assessor.assess(observed);
  } catch (error) {
    // A cell that was given up is no result.
    throwIfCancelled(laboratory.signal);
    return { id, point, fault, status: 'failed', why: error instanceof Error ? error.message : String(error) };
  } finally {
    if (isOwn) await laboratory.drop(trace.beforeDatabase);
  }
}

function impossible({ id, point, fault }: PlannedCell, why: string): CellResult {
  return { id, point, fault, status: 'impossible', why };
}

/**
 * The cells that this result answers too. They repeat the verdict and point to the cell that was run. One that turned out to be impossible
 * answers for itself alone.
 */
function copiesOf(result: CellResult, cells: readonly PlannedCell[]): readonly CellResult[] {
  if (result.status === 'impossible') return [];
  return cells
    .filter((cell) => cell.sameAs === result.id && cell.impossible === undefined)
    .map(({ id, point, fault }) => ({
      id,
      point,
      fault,
      status: result.status,
      sameAs: result.id,
      ...(result.verdict !== undefined && { verdict: result.verdict }),
      ...(result.fingerprint !== undefined && { fingerprint: result.fingerprint }),
      ...(result.why !== undefined && { why: result.why }),
    }));
}

function batches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const result: T[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}
