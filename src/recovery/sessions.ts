import type { RecoveryStep, SessionLeft } from '../model/simulation';
import { lockModeLabel } from '../model/words';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { sqlStep } from './situation';

/** Modes that a plain query or a row change takes; sessions of the application hold them too. */
const harmless = new Set(['AccessShareLock', 'RowShareLock', 'RowExclusiveLock']);

/**
 * Ends the sessions that a migration left open. The statement finds them by what they hold, as an operator would who does not know their
 * process ids; sessions of others that merely read or write the same tables are left alone.
 * @param major the server's; since Postgres 14 pg_terminate_backend can wait until the session is gone.
 */
export function openSessionSteps(sessions: readonly SessionLeft[], major = 18): RecoveryStep[] {
  if (sessions.length === 0) return [];
  const conditions = [...new Set(sessions.map(sessionCondition))];
  const terminate = major >= 14 ? 'pg_terminate_backend(a.pid, 5000)' : 'pg_terminate_backend(a.pid)';
  const text = [
    `SELECT a.pid, a.state, ${terminate}`,
    'FROM pg_stat_activity a',
    'WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()',
    `  AND (${conditions.join('\n    OR ')});`,
    ...(major >= 14 ? [] : ['SELECT pg_sleep(1);']),
  ].join('\n');
  const held = [...new Set(sessions.flatMap((session) => session.locks.map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`)))];
  const what = held.length === 0 ? 'nobody will end its transaction' : `it holds ${held.join(', ')}, and others wait for that`;
  return [
    {
      ...sqlStep(
        'End the session that the migration left open',
        `The client is gone, but the server does not know: ${what}. Its open transaction is rolled back. Try pg_cancel_backend first if it is still executing.`,
        text,
      ),
      concerns: 'sessions',
    },
  ];
}

function sessionCondition(session: SessionLeft): string {
  const parts: string[] = [];
  if (session.state.startsWith('idle in transaction')) parts.push("a.state LIKE 'idle in transaction%'");
  const holds = lockCondition(session);
  if (holds !== undefined) parts.push(`EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND ${holds})`);
  if (parts.length === 0) parts.push(`a.application_name = 'faultline migration'`);
  return parts.join(' AND ');
}

/** The strongest thing it holds that can be named: a table that only its own transaction sees can't. */
function lockCondition(session: SessionLeft): string | undefined {
  const granted = session.locks.filter((lock) => !lock.mode.endsWith('(waiting)'));
  const advisory = granted.find((lock) => lock.relation.startsWith('advisory lock '));
  if (advisory) return advisoryCondition(advisory.relation.slice('advisory lock '.length));
  const visible = granted.filter((lock) => !/^\d+$/.test(lock.relation));
  const lock = visible.find((candidate) => !harmless.has(candidate.mode)) ?? visible[0];
  return lock && `l.relation = ${quoteLiteral(lock.relation)}::regclass AND l.mode = ${quoteLiteral(lock.mode)}`;
}

/** An advisory lock's key is one bigint, or two integers (manual, pg_locks). */
function advisoryCondition(key: string): string {
  const [first = '', second] = key.split(', ');
  if (second !== undefined) return `l.locktype = 'advisory' AND l.classid = ${first} AND l.objid = ${second} AND l.objsubid = 2`;
  return `l.locktype = 'advisory' AND (l.classid::bigint << 32 | l.objid::bigint) = ${first} AND l.objsubid = 1`;
}
