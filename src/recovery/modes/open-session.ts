import { defaultEngine, type Engine } from '../../model/engine';
import type { RecoveryMode, SessionLeft } from '../../model/simulation';
import { lockModeLabel } from '../../model/words';
import { none } from '../check';
import { type SessionWords, sessionWordsOf } from '../dialect';
import { openSessionSteps } from '../sessions';
import type { RecoverySituation } from '../situation';
import { defineMode, type Finding } from './mode';
import { preparedTransaction } from './prepared-transaction';

const open = ({ partial }: RecoverySituation) =>
  partial.sessions.filter((session) => session.locks.length > 0 || session.state.startsWith('idle in transaction'));

function findingOf(session: SessionLeft, { sessionQuery }: SessionWords): Finding {
  const locks = session.locks.map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`);
  const blockers = (session.blockedBy ?? []).map(({ pid, application, state }) => `${application || 'session'} ${pid}, ${state}`);
  const waits = blockers.length === 0 ? '' : ` It waits for ${blockers.join(', ')}.`;
  const object = session.preparedTransaction ?? `session ${session.pid}`;
  return { object, detail: `It is ${session.state}: ${locks.join(', ')}.${waits}`, query: sessionQuery };
}

const name = 'open or hung session';

/** What was found open before the state could be read: sessions, and prepared transactions. */
export function sessionModes(sessions: readonly SessionLeft[], engine: Engine = defaultEngine): RecoveryMode[] {
  const dialect = sessionWordsOf(engine);
  return sessions.map((session) => ({
    name: session.preparedTransaction === undefined ? name : preparedTransaction.name,
    ...findingOf(session, dialect),
    ...(session.preparedTransaction !== undefined && { query: dialect.preparedQuery }),
  }));
}

/** A session of the migration whose client is gone, or that waits in a queue and makes others wait (manual, Explicit Locking). */
export const openSession = defineMode<Finding>({
  name,
  engines: ['postgres', 'mysql', 'mariadb', 'mongodb'],
  detect: (situation) => open(situation).map((session) => findingOf(session, sessionWordsOf(situation.plan.engine))),
  back: (_, situation) => openSessionSteps(open(situation), situation.plan.engine),
  forward: (_, situation) => openSessionSteps(open(situation), situation.plan.engine),
  // A session of MongoDB names no database while it is idle: those of others can't be told from its own.
  validate: (_, { plan }) =>
    plan.engine.name === 'mongodb'
      ? []
      : [none('No session is left in a transaction with locks', sessionWordsOf(plan.engine).noSessionQuery)],
});
