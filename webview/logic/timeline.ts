import type { SimulatedStatement } from '../../src/model/simulation';
import { dataNouns, type LockWeight, lockRank, lockWeight } from '../../src/model/words';
import { formatBytes, formatDuration, plural } from './numbers';

export interface Bar {
  /** Fractions of the whole migration's time, 0 to 1. */
  readonly start: number;
  readonly length: number;
  /** How long its strongest lock is held, from the same start. */
  readonly lockLength: number;
  readonly weight: LockWeight;
  /** What the statement takes, in words: `ACCESS EXCLUSIVE on orders · 38 ms`. */
  readonly facts: string;
}

type Lock = SimulatedStatement['locks'][number];

/** The lock that makes others wait the most, then longest. */
function strongestLock(statement: SimulatedStatement, engine: string): Lock | undefined {
  const rank = (lock: Lock) => lockRank(lock.mode, engine);
  return [...statement.locks].sort((left, right) => rank(right) - rank(left) || right.heldMs - left.heldMs)[0];
}

/** Where each statement stands in the time that the whole migration takes, with the time for which it holds its strongest lock. */
export function timelineOf(statements: readonly SimulatedStatement[], engine: string): ReadonlyMap<number, Bar> {
  const total = statements.reduce((sum, statement) => sum + statement.durationMs, 0);
  const bars = new Map<number, Bar>();
  let startMs = 0;
  for (const statement of statements) {
    const lock = strongestLock(statement, engine);
    const share = (milliseconds: number) => (total <= 0 ? 0 : Math.min(1 - startMs / total, milliseconds / total));
    bars.set(statement.index, {
      start: total <= 0 ? 0 : startMs / total,
      length: share(statement.durationMs),
      lockLength: share(Math.max(lock?.heldMs ?? 0, statement.durationMs)),
      weight: lockWeight(lock?.mode, engine),
      facts: factsOf(statement, engine).join(' · '),
    });
    startMs += statement.durationMs;
  }
  return bars;
}

/** `ACCESS EXCLUSIVE on orders · rewrites orders · 38 ms · 2,000 rows`, part by part. */
export function factsOf(statement: SimulatedStatement, engine: string): readonly string[] {
  const lock = strongestLock(statement, engine);
  const { table, row } = dataNouns(engine);
  return [
    lock === undefined ? `no ${table} lock` : `${lock.mode} on ${shortRelation(lock.relation)}`,
    ...(statement.rewrites.length > 0 ? [`rewrites ${statement.rewrites.map(shortRelation).join(', ')}`] : []),
    formatDuration(statement.durationMs),
    ...(statement.rows > 0 ? [plural(statement.rows, row)] : []),
    ...(statement.walBytes !== undefined && statement.walBytes >= 1024 ? [`${formatBytes(statement.walBytes)} of log`] : []),
  ];
}

function shortRelation(relation: string): string {
  return relation.replace(/^public\./, '');
}
