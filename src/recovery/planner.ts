import type { Engine } from '../model/engine';
import type { State } from '../model/state';
import { planBack } from './back';
import type { DraftCheck } from './check';
import { generalChecks } from './checks';
import { evidenceProbes } from './evidence';
import { planForward } from './forward';
import { keptElsewhereProbes } from './kept-elsewhere';
import { planBackDocuments } from './mongodb/back';
import { documentChecks } from './mongodb/checks';
import { documentProbes } from './mongodb/evidence';
import { planForwardDocuments } from './mongodb/forward';
import type { Probe } from './probe';
import type { DraftPlan, RecoverySituation } from './situation';

/** Who makes the plans of an engine: with tables and SQL, or with collections and mongosh. */
export interface Planner {
  /** What has to be asked of the databases first. */
  readonly probes: (situation: RecoverySituation) => readonly Probe[];
  readonly back: (situation: RecoverySituation) => readonly DraftPlan[];
  readonly forward: (situation: RecoverySituation) => readonly DraftPlan[];
  /** What is asked after a plan, whatever was found left behind. */
  readonly checks: (situation: RecoverySituation, target: State) => readonly DraftCheck[];
}

const tables: Planner = {
  probes: (situation) => [...evidenceProbes(situation), ...keptElsewhereProbes(situation)],
  back: planBack,
  forward: planForward,
  checks: generalChecks,
};
const collections: Planner = { probes: documentProbes, back: planBackDocuments, forward: planForwardDocuments, checks: documentChecks };

export function plannerOf({ name }: Engine): Planner {
  return name === 'mongodb' ? collections : tables;
}
