import type { RecoveryMode } from '../model/simulation';
import type { State } from '../model/state';
import { followedNames } from '../schema/mysql/followed-names';
import { type DraftCheck, uniqueChecks } from './check';
import { isDone } from './done';
import { modesFor } from './modes/registry';
import { withRenamedCollections } from './mongodb/renamed';
import { plannerOf } from './planner';
import { type Probe, probeKey } from './probe';
import type { DraftPlan, RecoverySituation } from './situation';

export { openSessionSteps } from './sessions';
export type { DraftPlan, RecoverySituation } from './situation';

/** What the databases have to be asked before a plan is made: the answers belong into the situation. */
export function recoveryProbes(measured: RecoverySituation): readonly Probe[] {
  const situation = withRenames(measured);
  const probes = [
    ...plannerOf(situation.plan.engine).probes(situation),
    ...modesFor(situation.plan.engine).flatMap((mode) => mode.probes(situation)),
  ];
  return [...new Map(probes.map((probe) => [probeKey(probe), probe])).values()];
}

/**
 * Ways out of a partial state: back to before, and forward to after, each as candidates in order of preference, with the questions that
 * validate them. Nothing here is proven: whoever asks executes them in clones of the partial state until one ends where it claims. Ending
 * sessions that are still open is not part of them: `openSessionSteps` comes first.
 */
export function planRecovery(measured: RecoverySituation): {
  readonly back: readonly DraftPlan[];
  readonly forward: readonly DraftPlan[];
  /** What was found left behind. */
  readonly modes: readonly RecoveryMode[];
} {
  const situation = withRenames(measured);
  const { before, after } = situation;
  const planner = plannerOf(situation.plan.engine);
  return {
    back: withChecks(planner.back(situation), situation, 'back', before),
    forward: after === undefined ? planner.forward(situation) : withChecks(planner.forward(situation), situation, 'forward', after),
    modes: modesFor(situation.plan.engine).flatMap((mode) => mode.detect(situation)),
  };
}

/** What was measured, with what the migration has renamed known as what it was before. */
function withRenames(measured: RecoverySituation): RecoverySituation {
  const { migration, plan, before, partial, after } = measured;
  const { statements } = migration.up;
  const followed = (state: State, done: typeof statements): State => ({
    ...state,
    catalog: followedNames(state.catalog, before.catalog, done, plan.engine),
  });
  const done = statements.filter(({ index }) => isDone(measured, index));
  return withRenamedCollections({
    ...measured,
    partial: followed(partial, done),
    ...(after !== undefined && { after: followed(after, statements) }),
  });
}

function withChecks(drafts: readonly DraftPlan[], situation: RecoverySituation, way: 'back' | 'forward', target: State): DraftPlan[] {
  const checks = uniqueChecks([
    ...modesFor(situation.plan.engine).flatMap((mode) => mode.validate(situation, way)),
    ...plannerOf(situation.plan.engine).checks(situation, target),
  ]);
  return drafts.map((draft) => ({ ...draft, checks: checksOf(draft, checks) }));
}

/** What is lost is not asked about: it is known to be missing. */
function checksOf({ loss = [] }: DraftPlan, checks: readonly DraftCheck[]): DraftCheck[] {
  const lost = new Set(loss.map(({ table }) => table));
  return checks.filter(({ rowsOf = [] }) => !rowsOf.some((table) => lost.has(table)));
}
