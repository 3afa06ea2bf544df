import type { PlannedCell, Point, Verdict } from '../../src/model/fault';
import type { CellResult, RecoveryPlan } from '../../src/model/simulation';
import { isPartial, viewCell } from './cells';
import { plural } from './numbers';
import type { Run } from './panel-state';

/** The answer to the one question that matters. `risk`: what happens if this fails. `wayOut`: whether there is a proven way out. */
export interface Headline {
  readonly risk: string;
  readonly wayOut: string;
}

interface Answered {
  readonly cell: PlannedCell;
  readonly verdict: Verdict;
  readonly result: CellResult;
}

interface Risk {
  readonly verdicts: readonly Verdict[];
  /** When every failure from some point on ends so, and when only some do. */
  readonly always: string;
  readonly sometimes: string;
}

/** Worst first; the first one that occurs opens the headline. */
const risks: readonly Risk[] = [
  { verdicts: ['data-lost'], always: 'data is lost', sometimes: 'data may be lost' },
  {
    verdicts: ['broken', 'false-success', 'applied-twice'],
    always: 'a retry will not repair it',
    sometimes: 'a retry may not repair it',
  },
  {
    verdicts: ['stuck'],
    always: 'its session stays behind and blocks others',
    sometimes: 'its session may stay behind and block others',
  },
  {
    verdicts: ['blocked'],
    always: 'a retry is refused until a flag or a lock is cleared',
    sometimes: 'a retry may be refused until a flag or a lock is cleared',
  },
  {
    verdicts: ['unrecorded'],
    always: 'all of it is done but not recorded, and it will be run again',
    sometimes: 'all of it may be done but not recorded, and it will be run again',
  },
  {
    verdicts: ['resumable'],
    always: 'part of it stays, and running it again finishes the job',
    sometimes: 'part of it may stay, and running it again finishes the job',
  },
];

/** Computed from what was measured, and from nothing else. Meant for a run that has ended. */
export function headlineOf(run: Run): Headline {
  const answered = run.cells.flatMap((cell): Answered[] => {
    const view = viewCell(run, cell);
    return view.kind === 'done' ? [{ cell, verdict: view.verdict, result: view.result }] : [];
  });
  const ways = waysOut(partialStates(answered));
  const own = run.simulation?.failsByItself;
  if (own !== undefined) {
    const place = own.statement === undefined ? '' : ` at statement ${own.statement}`;
    const risk = sentence(`This migration fails by itself${place}, without any fault: ${own.code} ${own.message}`);
    return { risk, wayOut: ways };
  }
  if (answered.length === 0) {
    return { risk: 'No failure could be tried here, so nothing is known about what one leaves.', wayOut: '' };
  }
  const worst = risks.find(({ verdicts }) => answered.some(({ verdict }) => verdicts.includes(verdict)));
  if (worst === undefined) {
    // Without a history, whoever has not heard of the end runs it again.
    const isDoneOnceMore = answered.some(({ verdict, result }) => verdict === 'complete' && result.retry?.outcome === 'differs');
    const risk = isDoneOnceMore
      ? 'If this fails, nothing is left half done. But nothing records that it was run: look whether it is done before you run it again, which changes the database once more.'
      : 'If this fails, nothing is left half done: fix the cause and run it again.';
    const both = answered.some(({ verdict }) => verdict === 'complete') ? ' or exactly after' : '';
    return { risk, wayOut: `All ${plural(answered.length, 'failure')} ended exactly before${both} the migration.` };
  }
  const bad = answered.filter(({ verdict }) => worst.verdicts.includes(verdict));
  const order = pointOrder(run);
  const first = Math.min(...bad.map(({ cell }) => order(cell.point)));
  const later = answered.filter(({ cell }) => order(cell.point) >= first);
  // What is done but not recorded at the very end does not soften "a retry will not repair it".
  const always = later.every(({ verdict }) => [...worst.verdicts, 'complete', 'unrecorded'].includes(verdict));
  const consequence = always ? worst.always : worst.sometimes;
  return { risk: `If this fails${placeOf(run, bad)}, ${consequence}.${deception(answered)}`, wayOut: ways };
}

/** A retry that reports success is worse than one that fails, and easy to miss. */
function deception(answered: readonly Answered[]): string {
  const deceived = answered.filter(({ verdict }) => verdict === 'false-success').length;
  const doubled = answered.filter(({ verdict }) => verdict === 'applied-twice').length;
  const parts = [
    ...(deceived > 0 ? [`reports success with the job half done (${plural(deceived, 'cell')})`] : []),
    ...(doubled > 0 ? [`applies it twice (${plural(doubled, 'cell')})`] : []),
  ];
  return parts.length === 0 ? '' : ` A retry even ${parts.join(' or ')}.`;
}

/** Where it begins: " after the first statement". */
function placeOf(run: Run, bad: readonly Answered[]): string {
  const order = pointOrder(run);
  const kinds = new Set(bad.map(({ cell }) => cell.point.kind));
  if (kinds.size === 1 && kinds.has('commit')) return ' while it commits';
  if (kinds.size === 1 && kinds.has('unrecorded')) return ' just before it is recorded';
  if (kinds.size === 1 && kinds.has('unlock')) return ' before its lock is released';
  const first = bad.map(({ cell }) => cell.point).sort((left, right) => order(left) - order(right))[0];
  switch (first?.kind) {
    case 'start':
      return ' at any point';
    case 'before':
      return first.statement === 1 ? ' at any point' : ` at statement ${first.statement}`;
    case 'during':
      return ` during ${ordinal(run, first.statement)}`;
    case 'after':
      return ` after ${ordinal(run, first.statement)}`;
    default:
      return '';
  }
}

/** The points of a run are planned in the order in which the execution comes by. */
function pointOrder(run: Run): (point: Point) => number {
  const order = [...new Set(run.cells.map(({ point }) => pointKey(point)))];
  return (point) => order.indexOf(pointKey(point));
}

function pointKey({ kind, statement }: Point): string {
  return `${kind} ${statement ?? ''}`;
}

function ordinal(run: Run, statement: number | undefined): string {
  if (run.statements.length === 1) return 'its statement';
  if (statement === 1) return 'the first statement';
  return statement === run.statements.length ? 'the last statement' : `statement ${statement}`;
}

/** One result for each distinct state that has to be repaired: cells that end in the same state with the same verdict count once. */
function partialStates(answered: readonly Answered[]): readonly CellResult[] {
  const states = new Map<string, CellResult>();
  for (const { verdict, result, cell } of answered) {
    if (!isPartial(verdict)) continue;
    const key = `${verdict} ${result.fingerprint ?? cell.sameAs ?? cell.id}`;
    const known = states.get(key);
    if (known?.recovery === undefined) states.set(key, result);
  }
  return [...states.values()];
}

/** How many partial states have a proven way out. */
function waysOut(states: readonly CellResult[]): string {
  if (states.length === 0) return '';
  const has = (plan: RecoveryPlan | undefined) => plan?.verified === true;
  const back = states.filter((state) => has(state.recovery?.back)).length;
  const forward = states.filter((state) => has(state.recovery?.forward)).length;
  const open = states.filter((state) => !has(state.recovery?.back) && !has(state.recovery?.forward)).length;
  const total = states.length;
  if (back === total && forward === total) {
    const subject = total === 1 ? 'The one partial state has' : `All ${total} partial states have`;
    return `${subject} a verified way back and a verified way forward.`;
  }
  const losing = states.filter((state) => state.recovery?.back.loses !== undefined && !has(state.recovery.back)).length;
  const loss = losing === 0 ? '' : ` ${losing === 1 ? 'One way back loses' : `${losing} ways back lose`} something.`;
  if (total === 1) return `${oneState(back === 1, forward === 1)}${loss}`;
  const none = open === 0 ? '' : ` ${open === 1 ? 'One has' : `${open} have`} neither.`;
  const ways = `${back} ${back === 1 ? 'has' : 'have'} a verified way back and ${forward} a verified way forward`;
  return `Of ${total} partial states, ${ways}.${loss}${none}`;
}

function oneState(back: boolean, forward: boolean): string {
  if (!back && !forward) return 'The one partial state has no verified way out.';
  return `The one partial state has a verified way ${back ? 'back' : 'forward'}, and none ${back ? 'forward' : 'back'}.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
