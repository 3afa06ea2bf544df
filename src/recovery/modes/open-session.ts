import type { RecoveryMode, SessionLeft } from '../../model/simulation';
import { lockModeLabel } from '../../model/words';
import { none } from '../check';
import { openSessionSteps } from '../sessions';
import type { RecoverySituation } from '../situation';
import { defineMode, type Finding } from './mode';
import { preparedQuery, preparedTransaction } from './prepared-transaction';

/** Shows who is open, what they hold and wait for, and whom they wait for. */
export const openSessionQuery = `SELECT a.pid, a.state, a.xact_start, a.wait_event_type, pg_blocking_pids(a.pid) AS waits_for, l.mode, l.granted, l.relation::regclass, a.query
FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (a.state LIKE 'idle in transaction%' OR a.wait_event_type = 'Lock')
ORDER BY a.xact_start;`;

const open = ({ partial }: RecoverySituation) =>
  partial.sessions.filter((session) => session.locks.length > 0 || session.state.startsWith('idle in transaction'));

function findingOf(session: SessionLeft): Finding {
  const locks = session.locks.map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`);
  const blockers = (session.blockedBy ?? []).map(({ pid, application, state }) => `${application || 'session'} ${pid}, ${state}`);
  const waits = blockers.length === 0 ? '' : ` It waits for ${blockers.join(', ')}.`;
  const object = session.preparedTransaction ?? `session ${session.pid}`;
  return { object, detail: `It is ${session.state}: ${locks.join(', ')}.${waits}`, query: openSessionQuery };
}

const name = 'open or hung session';

/** What was found open before the state could be read: sessions, and prepared transactions. */
export function sessionModes(sessions: readonly SessionLeft[]): RecoveryMode[] {
  return sessions.map((session) => ({
    name: session.preparedTransaction === undefined ? name : preparedTransaction.name,
    ...findingOf(session),
    ...(session.preparedTransaction !== undefined && { query: preparedQuery }),
  }));
}

/** A session of the migration whose client is gone, or that waits in a queue and makes others wait (manual, Explicit Locking). */
export const openSession = defineMode<Finding>({
  name,
  detect: (situation) => open(situation).map(findingOf),
  back: (_, situation) => openSessionSteps(open(situation), situation.plan.engine.major),
  forward: (_, situation) => openSessionSteps(open(situation), situation.plan.engine.major),
  validate: () => [
    none(
      'No session is left in a transaction with locks',
      "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.state LIKE 'idle in transaction%'",
    ),
  ],
});
