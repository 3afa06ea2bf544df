import type { RecoveryStep, SessionLeft } from '../../model/simulation';
import type { SessionWords } from '../dialect';
import { strongestLock } from './step-locks';
import { shellStep } from './words';

/** Shows what is under way, and idle sessions with an open transaction (manual, $currentOp). */
const sessionQuery =
  'db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: { $or: [{ transaction: { $exists: true } }, { active: true, secs_running: { $gte: 1 } }] } }, { $project: { opid: 1, lsid: 1, type: 1, ns: 1, op: 1, secs_running: 1, msg: 1, waitingForLock: 1, "transaction.timeOpenMicros": 1 } }]).toArray();';

/** Counts sessions that are idle in a transaction. */
const noSessionQuery =
  'db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: { type: "idleSession", transaction: { $exists: true } } }]).toArray().length';

/** Ends what a migration left open: an operation by its number, a transaction by its logical session, whose UUID `sessionQuery` shows. */
function endSessions(sessions: readonly SessionLeft[]): RecoveryStep[] {
  return sessions.map((session) => ({ ...endStep(session), concerns: 'sessions' as const }));
}

function endStep({ pid, state, lsid, locks }: SessionLeft): RecoveryStep {
  const held = [...new Set(locks.map(({ relation, mode }) => `${mode} on ${relation}`))].join(', ') || 'nothing that is known';
  if (locks.some(({ mode }) => mode === 'index build')) {
    return {
      title: 'Let the index build end, or abort it by dropping its index',
      why: 'killOp does not reliably end a build that has begun: dropIndexes does, on all members (manual, Index Builds on Populated Collections).',
      text: sessionQuery,
      language: 'text',
    };
  }
  if (lsid !== undefined) {
    const why = `The client is gone, and the server keeps its transaction for a minute (transactionLifetimeLimitSeconds): ${held}. Killing the session aborts it. The id is that of this run; on another server take lsid.id from: ${sessionQuery}`;
    return shellStep(
      'End the session that the migration left open',
      why,
      `db.adminCommand({ killSessions: [{ id: UUID(${JSON.stringify(lsid)}) }] })`,
    );
  }
  const why = `Its client is gone and the server executes on: ${held}. What it has written by then stays. The number is that of this run; on another server take opid from: ${sessionQuery}`;
  const title = state === 'active' ? 'Kill what the migration still executes' : 'End what the migration left open';
  return shellStep(title, why, `db.adminCommand({ killOp: 1, op: ${pid} })`);
}

/** MongoDB has no transaction that is prepared and waits for an operator: those of a sharded cluster end by themselves. */
export const mongodbSessions: SessionWords = { endSessions, sessionQuery, noSessionQuery, preparedQuery: sessionQuery, strongestLock };
