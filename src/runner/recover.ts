import { executeSteps } from '../engines/postgres/steps';
import type { RecoveryPlan } from '../model/simulation';
import type { State } from '../model/state';
import type { DraftPlan } from '../recovery/plan';
import { stateDifferences } from '../state/difference';
import { fingerprint } from '../state/fingerprint';
import { maskLost } from '../state/loss';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import type { Trace } from './trace';

/** Executes candidate plans in clones of a partial state, in order of preference, until one ends in exactly the state it claims. */
export async function verifyBest(
  laboratory: Laboratory,
  trace: Trace,
  partialDatabase: string,
  drafts: readonly DraftPlan[],
  target: State | undefined,
): Promise<RecoveryPlan> {
  let best: RecoveryPlan | undefined;
  for (const draft of drafts) {
    const plan = await verify(laboratory, trace, partialDatabase, draft, target);
    if (plan.verified) return plan;
    if (best === undefined || (plan.verifiedExceptLoss === true && best.verifiedExceptLoss !== true)) best = plan;
  }
  return best ?? { steps: [], verified: false, problem: 'No way is known.' };
}

async function verify(
  laboratory: Laboratory,
  trace: Trace,
  partialDatabase: string,
  draft: DraftPlan,
  target: State | undefined,
): Promise<RecoveryPlan> {
  const plan = { steps: draft.steps, verified: false, ...(draft.loses !== undefined && { loses: draft.loses }) };
  if (draft.impossible !== undefined) return { ...plan, problem: draft.impossible };
  if (target === undefined) return { ...plan, problem: 'The state it should reach is not known: the migration fails by itself.' };
  return laboratory.withClone(partialDatabase, async (database) => {
    const started = performance.now();
    const texts = draft.steps.filter((step) => step.language === 'sql').map((step) => step.text);
    const executed = await executeSteps(laboratory.sandbox.address(database), texts, laboratory.signal);
    const durationMs = Math.round(performance.now() - started);
    if (!executed.ok) return { ...plan, durationMs, problem: `Step ${executed.step + 1} failed: ${executed.error.message}` };
    const state = await capture(laboratory, database, { ...trace.reading, columnHashes: draft.loses !== undefined });
    return { ...plan, durationMs, ...compareWithTarget(trace, draft, state, target) };
  });
}

type Comparison = Pick<RecoveryPlan, 'verified' | 'reached' | 'problem' | 'verifiedExceptLoss'>;

/** The proof. A plan that loses something is never verified; whether all the rest is right is said apart. */
function compareWithTarget(trace: Trace, draft: DraftPlan, state: State, target: State): Comparison {
  const { reference } = trace.fingerprints;
  const reached = fingerprint(state, reference);
  if (draft.loses !== undefined) {
    const rest = (whole: State) => fingerprint(maskLost(whole, draft.loss ?? []), reference);
    if (rest(state) === rest(target)) return { verified: false, reached, verifiedExceptLoss: true };
  } else if (reached === fingerprint(target, reference)) {
    return { verified: true, reached };
  }
  return { verified: false, reached, problem: whatDiffers(target, state) };
}

const differencesNamed = 3;

function whatDiffers(target: State, state: State): string {
  const differences = stateDifferences(target, state).filter(({ kind }) => kind !== 'session');
  const named = differences.slice(0, differencesNamed).map(({ kind, name, change }) => `${kind} ${name} ${change}`);
  const more = differences.length > differencesNamed ? ` and ${differences.length - differencesNamed} more` : '';
  return named.length === 0 ? 'It ends in another state.' : `It ends in another state: ${named.join(', ')}${more}.`;
}
