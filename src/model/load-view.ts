import type { LoadError, LoadOperation, SimulatedLoad, SimulatedStatement } from './simulation';
import { type LockWeight, lockWeight } from './words';

/** How numbers are written where the view is shown. */
export interface NumberWords {
  duration(milliseconds: number): string;
  plural(count: number, noun: string): string;
}

/** Something on the time axis; fractions of the whole, 0 to 1. */
export interface LoadMark {
  readonly key: string;
  readonly start: number;
  readonly length: number;
  /** All of it in words. */
  readonly text: string;
}

export interface StatementMark extends LoadMark {
  readonly statement: number;
  readonly weight: LockWeight;
  /** From its start to the end of its transaction, when its locks are free again. */
  readonly heldLength: number;
}

export interface FailureMark extends LoadMark {
  readonly code: string;
  readonly lasting: boolean;
}

/** One kind of request: what it had to wait for, and where it failed. */
export interface LoadLane {
  readonly label: string;
  readonly waits: readonly LoadMark[];
  readonly failures: readonly FailureMark[];
}

export interface LoadView {
  readonly headline: string;
  readonly durationMs: number;
  readonly statements: readonly StatementMark[];
  readonly lanes: readonly LoadLane[];
  readonly notes: readonly string[];
}

const verbs: Readonly<Record<LoadOperation, string>> = { read: 'read', insert: 'insert into', update: 'update' };

/** Where everything stands on the time that the migration took beside an application. */
export function loadView(load: SimulatedLoad, statements: readonly SimulatedStatement[], words: NumberWords): LoadView {
  const end = Math.max(load.durationMs, ...load.blocked.map(({ endMs }) => endMs), ...load.errors.map(({ lastMs }) => lastMs), 1);
  const share = (milliseconds: number) => Math.min(1, Math.max(0, milliseconds / end));
  const marks = load.timeline.map(({ statement, startMs, endMs, releasedMs, locks }): StatementMark => {
    const strongest = locks.at(-1);
    const lock =
      strongest === undefined
        ? 'no table lock'
        : `${strongest.mode} on ${strongest.relation}, held for ${words.duration(releasedMs - startMs)}`;
    return {
      key: `statement ${statement}`,
      statement,
      start: share(startMs),
      length: share(endMs) - share(startMs),
      heldLength: share(releasedMs) - share(startMs),
      weight: lockWeight(strongest?.mode),
      text: `Statement ${statement}, ${words.duration(endMs - startMs)}: ${lock}. ${shorten(statements.find(({ index }) => index === statement)?.text ?? '')}`,
    };
  });
  return { headline: loadHeadline(load, words), durationMs: end, statements: marks, lanes: lanesOf(load, share, words), notes: load.notes };
}

type Share = (milliseconds: number) => number;

function lanesOf(load: SimulatedLoad, share: Share, words: NumberWords): readonly LoadLane[] {
  const kinds = new Map<string, { readonly operation: LoadOperation; readonly relation: string }>();
  for (const { operation, relation } of [...load.blocked, ...load.errors]) kinds.set(`${relation} ${operation}`, { operation, relation });
  const order: readonly LoadOperation[] = ['read', 'insert', 'update'];
  return [...kinds.values()]
    .sort((left, right) => left.relation.localeCompare(right.relation) || order.indexOf(left.operation) - order.indexOf(right.operation))
    .map(({ operation, relation }) => {
      const mine = (of: { readonly operation: LoadOperation; readonly relation: string }) =>
        of.operation === operation && of.relation === relation;
      const label = `${verbs[operation]} ${relation}`;
      return {
        label,
        waits: waitsOf(load.blocked.filter(mine), label, share, words),
        failures: load.errors.filter(mine).map((error) => failureOf(error, label, share, words)),
      };
    });
}

/** Sessions that wait for the same statement as one mark. */
function waitsOf(blocked: SimulatedLoad['blocked'], label: string, share: Share, words: NumberWords): readonly LoadMark[] {
  const byStatement = new Map<number, { startMs: number; endMs: number; longestMs: number; count: number }>();
  for (const { statement, startMs, endMs } of blocked) {
    const known = byStatement.get(statement) ?? { startMs, endMs, longestMs: 0, count: 0 };
    byStatement.set(statement, {
      startMs: Math.min(known.startMs, startMs),
      endMs: Math.max(known.endMs, endMs),
      longestMs: Math.max(known.longestMs, endMs - startMs),
      count: known.count + 1,
    });
  }
  return [...byStatement].map(([statement, { startMs, endMs, longestMs, count }]) => ({
    key: `wait ${label} ${statement}`,
    start: share(startMs),
    length: share(endMs) - share(startMs),
    text: `${capital(label)}: ${count === 1 ? 'waits' : `${count} requests wait, up to`} ${words.duration(longestMs)} for statement ${statement}.`,
  }));
}

function failureOf(error: LoadError, label: string, share: Share, words: NumberWords): FailureMark {
  const { code, message, statement, firstMs, lastMs, count, lasting } = error;
  const how = lasting ? 'and goes on failing when the migration is done' : `for ${words.duration(lastMs - firstMs)}`;
  return {
    key: `failure ${label} ${code} ${statement}`,
    start: share(firstMs),
    length: (lasting ? 1 : share(lastMs)) - share(firstMs),
    code,
    lasting,
    text: `${capital(label)} fails since statement ${statement} (${words.plural(count, 'time')}), ${how}: ${code} ${message}`,
  };
}

/** The answer in a sentence or two: who waits, for how long, and what fails. */
function loadHeadline({ summary, errors, blocked }: SimulatedLoad, words: NumberWords): string {
  const waits =
    blocked.length === 0
      ? 'Nobody has to wait'
      : `${words.plural(summary.blockedRequests, 'request')} of ${summary.requests} had to wait, the longest for ${words.duration(summary.longestBlockedMs)}`;
  if (errors.length === 0) return `${waits}, and nothing fails.`;
  const lasting = new Set(errors.filter((error) => error.lasting).map(({ operation, relation }) => `${verbs[operation]} ${relation}`));
  const passing = errors.filter((error) => !error.lasting).length;
  const parts = [
    ...(lasting.size > 0 ? [`an application that is not changed goes on failing afterwards: ${[...lasting].join(', ')}`] : []),
    ...(passing > 0 ? [`${words.plural(passing, 'kind')} of error came up while it ran`] : []),
  ];
  return `${waits}. ${capital(parts.join('; '))}.`;
}

function shorten(text: string): string {
  const line = text.split(/\s+/).join(' ').trim();
  return line.length <= 90 ? line : `${line.slice(0, 89).trimEnd()}…`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
