import type { RecoveryStep, SessionLeft } from '../../model/simulation';
import { lockModeLabel } from '../../model/words';
import { quoteLiteral } from '../../parse/postgres/identifiers';
import { sqlStep } from '../situation';

/** Shows who is open, what they hold and wait for, and whom they wait for. */
export const openSessionQuery = `SELECT a.pid, a.state, a.xact_start, a.wait_event_type, pg_blocking_pids(a.pid) AS waits_for, l.mode, l.granted, l.relation::regclass, a.query
FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (a.state LIKE 'idle in transaction%' OR a.wait_event_type = 'Lock')
ORDER BY a.xact_start;`;

export const preparedQuery = 'SELECT gid, prepared, owner FROM pg_prepared_xacts WHERE database = current_database();';

/** Modes that a plain query or a row change takes; sessions of the application hold them too. */
const harmless = new Set(['AccessShareLock', 'RowShareLock', 'RowExclusiveLock']);

/**
 * Ends what a migration left open: sessions, and transactions that were prepared. The statements find sessions by what they hold or wait
 * for, as an operator would who does not know their process ids; sessions of others that merely read or write the same tables are left alone.
 * @param major the server's; since Postgres 14 pg_terminate_backend can wait until the session is gone.
 */
export function endSessions(sessions: readonly SessionLeft[], major = 18): RecoveryStep[] {
  const open = sessions.filter((session) => session.preparedTransaction === undefined);
  const prepared = sessions.flatMap((session) => (session.preparedTransaction === undefined ? [] : [session]));
  return [...(open.length === 0 ? [] : [...cancelStep(open), endStep(open, major)]), ...prepared.map(rollBackPrepared)].map((step) => ({
    ...step,
    concerns: 'sessions' as const,
  }));
}

/** A prepared transaction outlives its session, and the server too (manual, PREPARE TRANSACTION). */
function rollBackPrepared({ preparedTransaction = '', locks }: SessionLeft): RecoveryStep {
  return sqlStep(
    `Roll back the prepared transaction ${preparedTransaction}`,
    `Nobody will end it: ${whatIsHeld(locks)}. COMMIT PREPARED would keep its work instead: then go on with the statement behind it.`,
    `ROLLBACK PREPARED ${quoteLiteral(preparedTransaction)}`,
  );
}

/** What still executes is cancelled first: that ends the statement and, outside of a transaction, all that it holds. */
function cancelStep(sessions: readonly SessionLeft[]): RecoveryStep[] {
  const executing = sessions.filter((session) => session.state === 'active');
  if (executing.length === 0) return [];
  const waits = executing.flatMap((session) => session.blockedBy ?? []);
  const blockers = [...new Set(waits.map(({ application, state }) => `${application || 'a session'} (${state})`))];
  const why =
    blockers.length === 0
      ? 'Its client is gone and it executes on.'
      : `It waits for a lock that ${blockers.join(', ')} holds, and whoever comes after it waits for it: ending it frees them, whatever becomes of the other.`;
  return [
    sqlStep(
      'Cancel what the migration still executes',
      `${why} Look first: the query names whom it waits for.`,
      ['SELECT a.pid, a.query, pg_blocking_pids(a.pid) AS waits_for, pg_cancel_backend(a.pid)', ...fromSessions(executing)].join('\n'),
    ),
  ];
}

function endStep(sessions: readonly SessionLeft[], major: number): RecoveryStep {
  const terminate = major >= 14 ? 'pg_terminate_backend(a.pid, 5000)' : 'pg_terminate_backend(a.pid)';
  const text = [`SELECT a.pid, a.state, ${terminate}`, ...fromSessions(sessions), ...(major >= 14 ? [] : ['SELECT pg_sleep(1);'])].join(
    '\n',
  );
  return sqlStep(
    'End the session that the migration left open',
    `The client is gone, but the server does not know: ${whatIsHeld(sessions.flatMap((session) => session.locks))}. Its open transaction is rolled back.`,
    text,
  );
}

function fromSessions(sessions: readonly SessionLeft[]): string[] {
  const conditions = [...new Set(sessions.map(sessionCondition))];
  return [
    'FROM pg_stat_activity a',
    'WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()',
    `  AND (${conditions.join('\n    OR ')});`,
  ];
}

function whatIsHeld(locks: SessionLeft['locks']): string {
  const held = [...new Set(locks.filter(isGranted).map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`))];
  return held.length === 0 ? 'nobody will end its transaction' : `it holds ${held.join(', ')}, and others wait for that`;
}

const isGranted = (lock: SessionLeft['locks'][number]) => !lock.mode.endsWith('(waiting)');

function sessionCondition(session: SessionLeft): string {
  const parts: string[] = [];
  if (session.state.startsWith('idle in transaction')) parts.push("a.state LIKE 'idle in transaction%'");
  const lock = lockCondition(session);
  if (lock !== undefined) parts.push(`EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND ${lock})`);
  if (parts.length === 0) parts.push(`a.application_name = 'faultline migration'`);
  return parts.join(' AND ');
}

/** The strongest thing it holds that can be named, or what it waits for: a table that only its own transaction sees can't be named. */
function lockCondition(session: SessionLeft): string | undefined {
  const granted = session.locks.filter(isGranted);
  const advisory = granted.find((lock) => lock.relation.startsWith('advisory lock '));
  if (advisory) return `l.granted AND ${advisoryCondition(advisory.relation.slice('advisory lock '.length))}`;
  const visible = granted.filter((lock) => !/^\d+$/.test(lock.relation));
  const lock = visible.find((candidate) => !harmless.has(candidate.mode)) ?? visible[0];
  if (lock) return `l.granted AND l.relation = ${quoteLiteral(lock.relation)}::regclass AND l.mode = ${quoteLiteral(lock.mode)}`;
  const awaited = session.locks.find((candidate) => !isGranted(candidate) && !/^\d+$/.test(candidate.relation));
  if (awaited === undefined) return undefined;
  const mode = awaited.mode.replace(/ \(waiting\)$/, '');
  if (awaited.relation.startsWith('advisory lock '))
    return `NOT l.granted AND ${advisoryCondition(awaited.relation.slice('advisory lock '.length))}`;
  return `NOT l.granted AND l.relation = ${quoteLiteral(awaited.relation)}::regclass AND l.mode = ${quoteLiteral(mode)}`;
}

/** An advisory lock's key is one bigint, or two integers (manual, pg_locks). */
function advisoryCondition(key: string): string {
  const [first = '', second] = key.split(', ');
  if (second !== undefined) return `l.locktype = 'advisory' AND l.classid = ${first} AND l.objid = ${second} AND l.objsubid = 2`;
  return `l.locktype = 'advisory' AND (l.classid::bigint << 32 | l.objid::bigint) = ${first} AND l.objsubid = 1`;
}
