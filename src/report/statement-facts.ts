import type { SimulatedStatement, StatementLock } from '../model/simulation';
import { dataNouns, lockRank } from '../model/words';
import { formatBytes, formatDuration, plural } from './numbers';

/** The lock that makes others wait the most. */
export function strongestLock(statement: SimulatedStatement, engine: string): StatementLock | undefined {
  const rank = ({ mode }: StatementLock) => lockRank(mode, engine);
  return [...statement.locks].sort((left, right) => rank(right) - rank(left) || right.heldMs - left.heldMs)[0];
}

/** What a statement takes, part by part: `ACCESS EXCLUSIVE on orders`, `38 ms`, `2,000 rows`, `rewrites orders`, `776 kB of log`. */
export function factsOf(statement: SimulatedStatement, engine: string): readonly string[] {
  const { durationMs, rows, rewrites, walBytes = 0 } = statement;
  const lock = strongestLock(statement, engine);
  const held =
    lock !== undefined && lock.heldMs > 2 * durationMs && lock.heldMs - durationMs >= 1 ? `held ${formatDuration(lock.heldMs)}` : '';
  return [
    ...(lock === undefined ? [] : [`${lock.mode} on ${lock.relation}`]),
    formatDuration(durationMs),
    held,
    ...(rows > 0 ? [plural(rows, dataNouns(engine).row)] : []),
    ...(rewrites.length > 0 ? [`rewrites ${rewrites.join(', ')}`] : []),
    ...(walBytes >= 1024 ? [`${formatBytes(walBytes)} of log`] : []),
  ].filter((part) => part !== '');
}
