import type { Verdict } from '../model/fault';
import type { CellResult, Simulation } from '../model/simulation';
import { pointWords, verdictsBySeverity } from '../model/words';
import { plural } from './numbers';

/** A state that some failure leaves, with every cell that ends in it. */
export interface PartialState {
  readonly verdict: Verdict;
  /** The cell that was run; the others end alike. */
  readonly cell: CellResult;
  readonly cells: readonly CellResult[];
}

const harmless: readonly Verdict[] = ['rolled-back', 'complete'];

/**
 * The cell to look at first; none when no cell could be carried out. A harmless one when all are. Among equally bad ones, that whose
 * recovery is not proven, and then that with the most to undo.
 */
export function worstCell(simulation: Pick<Simulation, 'cells'>): CellResult | undefined {
  const own = simulation.cells.filter((cell) => cell.status === 'done' && cell.verdict !== undefined && cell.sameAs === undefined);
  return [...own].sort(
    (left, right) => severity(left) - severity(right) || unproven(right) - unproven(left) || toUndo(right) - toUndo(left),
  )[0];
}

/** The worst cell of all simulations; none when every failure is harmless. */
export function worstOf(simulations: readonly Simulation[]): { readonly simulation: Simulation; readonly cell: CellResult } | undefined {
  const candidates = simulations.flatMap((simulation) => {
    const cell = worstCell(simulation);
    return cell?.verdict === undefined || partialStates(simulation).length === 0 ? [] : [{ simulation, cell, verdict: cell.verdict }];
  });
  return candidates.sort((left, right) => verdictsBySeverity.indexOf(left.verdict) - verdictsBySeverity.indexOf(right.verdict))[0];
}

function severity(cell: CellResult): number {
  return cell.verdict === undefined ? verdictsBySeverity.length : verdictsBySeverity.indexOf(cell.verdict);
}

function unproven(cell: CellResult): number {
  return cell.recovery === undefined ? 0 : Number(!cell.recovery.back.verified) + Number(!cell.recovery.forward.verified);
}

function toUndo(cell: CellResult): number {
  return cell.differsFromBefore?.length ?? 0;
}

/** The distinct states that failures leave and that are neither before nor after, in the order in which the execution comes by. */
export function partialStates(simulation: Pick<Simulation, 'cells'>): readonly PartialState[] {
  const groups = new Map<string, CellResult[]>();
  for (const cell of simulation.cells) {
    if (cell.status !== 'done' || cell.verdict === undefined || harmless.includes(cell.verdict)) continue;
    const run = resolveCell(simulation, cell);
    const key = `${cell.verdict} ${run.fingerprint ?? run.id}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((cells) => {
    const cell = cells.find((candidate) => candidate.sameAs === undefined) ?? cells[0];
    return cell?.verdict === undefined ? [] : [{ verdict: cell.verdict, cell: resolveCell({ cells: simulation.cells }, cell), cells }];
  });
}

/** The cell that holds the result: for a collapsed one, the cell that was run in its place. */
export function resolveCell(simulation: Pick<Simulation, 'cells'>, cell: CellResult): CellResult {
  return cell.sameAs === undefined ? cell : (simulation.cells.find((other) => other.id === cell.sameAs) ?? cell);
}

/** The one question that matters, answered in two sentences: what happens if this fails, and is there a way out? */
export function headline(simulation: Simulation): { readonly risk: string; readonly wayOut: string } {
  const own = simulation.failsByItself;
  if (own) {
    const at = own.statement === undefined ? '' : ` at statement ${own.statement}`;
    const failure = `This migration fails by itself${at}: ${[own.code, own.message].filter(Boolean).join(' ')}.`.replace(/\.\.$/, '.');
    return { risk: `${failure}${hintOf(own, simulation.migration)}`, wayOut: wayOut(simulation) };
  }
  return { risk: risk(simulation), wayOut: wayOut(simulation) };
}

/** What may be due to the sandbox: its rows are generated, and it has the extensions of its server alone. By classes of SQLSTATE. */
function hintOf({ code, message }: NonNullable<Simulation['failsByItself']>, { engine, rows, sandbox }: Simulation['migration']): string {
  if (engine !== 'postgres') return '';
  if (/^extension .* is not available$/.test(message))
    return ` The sandbox (${sandbox}) does not have it: simulate with --image and a Docker image that does, or with --sandbox local.`;
  if (rows > 0 && /^2[23]/.test(code))
    return ' The rows that it met may be generated ones, which yours need not be like: give your own with --before, or none with --rows 0.';
  return '';
}

/** What to say of the worst verdict that occurs, and whether to say where it occurs first. */
const risks: Readonly<Record<Verdict, { readonly text: string; readonly place: boolean }>> = {
  'data-lost': { text: 'If this fails, data can be lost', place: true },
  'false-success': { text: 'If this fails, it can be reported as done without being done', place: true },
  'applied-twice': { text: 'If this fails, running it again can apply it twice', place: true },
  broken: { text: 'If this fails, running it again does not repair it', place: true },
  stuck: { text: 'If the server is not heard from, a session can stay open and block others until somebody ends it.', place: false },
  blocked: { text: 'If this fails, the retry is refused until a flag or a lock is cleared by hand.', place: false },
  unrecorded: { text: 'If this fails late, everything is done and the history does not say so.', place: false },
  resumable: { text: 'If this fails, part of it stays; running it again finishes the job.', place: false },
  complete: { text: 'If this fails, nothing is left half done.', place: false },
  'rolled-back': { text: 'If this fails, nothing is left behind: fix the cause and run it again.', place: false },
};

function risk(simulation: Simulation): string {
  const done = simulation.cells.filter((cell) => cell.status === 'done' && cell.verdict !== undefined);
  const worst = verdictsBySeverity.find((verdict) => done.some((cell) => cell.verdict === verdict));
  if (worst === undefined) return nothingKnown(simulation);
  const { text, place } = risks[worst];
  if (worst === 'complete') return `${text}${onceMore(simulation, done)}`;
  if (!place) return text;
  const first = firstPoint(
    simulation,
    done.filter((cell) => cell.verdict === worst),
  );
  return `${text}: the first such point is ${pointWords(first)}.`;
}

/** What may happen to a migration that is done: without a history, whoever has not heard of its end runs it again. */
function onceMore(simulation: Simulation, done: readonly CellResult[]): string {
  const again = done.filter((cell) => cell.verdict === 'complete' && resolveCell(simulation, cell).retry?.outcome === 'differs');
  if (again.length === 0) return '';
  const place = pointWords(firstPoint(simulation, again));
  return ` But nothing records that it was run: if it fails ${place}, running it again changes the database once more.`;
}

/** Why none of the cells says anything about failures; undefined when one does. A migration that fails by itself says that instead. */
export function untriedText(simulation: Simulation): string | undefined {
  const says = simulation.cells.length === 0 || isTried(simulation) || simulation.failsByItself !== undefined;
  return says ? undefined : nothingKnown(simulation);
}

function nothingKnown(simulation: Simulation): string {
  return `No failure could be carried out here, so nothing is known about what one leaves${whyNone(simulation)}`;
}

/** The reason, where it is one for all cells. */
function whyNone({ cells }: Simulation): string {
  const [why, ...others] = [...new Set(cells.flatMap((cell) => cell.why ?? []))];
  return why === undefined || others.length > 0 ? '.' : `. ${why}`;
}

/** Whether a failure was tried at all. A migration that sends nothing has no point at which it could fail. */
export function isTried({ cells, statements }: Pick<Simulation, 'cells' | 'statements'>): boolean {
  return statements.length === 0 || cells.some((cell) => cell.status === 'done');
}

/** The earliest point among cells, as the execution comes by. */
function firstPoint(simulation: Simulation, cells: readonly CellResult[]) {
  const order = { start: 0, before: 1, during: 2, after: 3, unrecorded: 4, commit: 5, unlock: 6 } as const;
  const last = simulation.statements.length + 1;
  const place = (cell: CellResult) => (cell.point.statement ?? (cell.point.kind === 'start' ? 0 : last)) * 10 + order[cell.point.kind];
  return cells.reduce((earliest, cell) => (place(cell) < place(earliest) ? cell : earliest)).point;
}

function wayOut(simulation: Simulation): string {
  const states = partialStates(simulation);
  if (states.length === 0) return '';
  const back = states.filter((state) => state.cell.recovery?.back.verified).length;
  const forward = states.filter((state) => state.cell.recovery?.forward.verified).length;
  const subject = states.length === 1 ? 'The one partial state' : `Every one of the ${states.length} partial states`;
  if (back === states.length && forward === states.length) return `${subject} has a verified way back and a verified way forward.`;
  return `Of ${plural(states.length, 'partial state')}, ${back} ${back === 1 ? 'has' : 'have'} a verified way back and ${forward} a verified way forward.`;
}
