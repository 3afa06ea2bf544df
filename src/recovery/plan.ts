import { planBack } from './back';
import { planForward } from './forward';
import type { DraftPlan, RecoverySituation } from './situation';

export { openSessionSteps } from './sessions';
export type { DraftPlan, RecoverySituation } from './situation';

/**
 * Ways out of a partial state: back to before, and forward to after, each as candidates in order of preference. Nothing here is proven:
 * whoever asks executes them in clones of the partial state until one ends where it claims. Ending sessions that are still open is not
 * part of them: `openSessionSteps` comes first.
 */
export function planRecovery(situation: RecoverySituation): {
  readonly back: readonly DraftPlan[];
  readonly forward: readonly DraftPlan[];
} {
  return { back: planBack(situation), forward: planForward(situation) };
}
