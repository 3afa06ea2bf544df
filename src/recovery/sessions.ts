import { defaultEngine, type Engine } from '../model/engine';
import type { RecoveryStep, SessionLeft } from '../model/simulation';
import { sessionWordsOf } from './dialect';

/** Ends what a migration left open: sessions, and transactions that were prepared. */
export function openSessionSteps(sessions: readonly SessionLeft[], engine: Engine = defaultEngine): RecoveryStep[] {
  return sessionWordsOf(engine).endSessions(sessions, engine);
}
