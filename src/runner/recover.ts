import type { AskedRows } from '../engines/steps';
import type { CellResult, RecoveryCheck, RecoveryPlan } from '../model/simulation';
import type { State } from '../model/state';
import { isExecuted } from '../model/steps';
import type { DraftCheck } from '../recovery/check';
import { decide } from '../recovery/decision';
import { type DraftPlan, planRecovery, type RecoverySituation, recoveryProbes } from '../recovery/plan';
import { type Answers, type Probe, probeKey } from '../recovery/probe';
import type { Repair } from '../recovery/repairs';
import { stateDifferences } from '../state/difference';
import { fingerprint } from '../state/fingerprint';
import { maskLost } from '../state/loss';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import type { Trace } from './trace';

/** A partial state, and what was measured of it. */
export interface Partial {
  readonly database: string;
  /** With column hashes. */
  readonly state: State;
  /** Number of leading statements whose effects are in it. */
  readonly completed: number;
  /** Statements behind the interrupted one that are done as well. */
  readonly beyond?: readonly number[];
  readonly retryReaches: NonNullable<CellResult['retry']>['outcome'];
}

/** Plans both ways out of a partial state, executes and validates them, and recommends one. */
export async function recoverFrom(laboratory: Laboratory, trace: Trace, partial: Partial): Promise<NonNullable<CellResult['recovery']>> {
  const situation = await situationOf(laboratory, trace, partial);
  const drafts = planRecovery(situation);
  const back = await verifyBest(laboratory, trace, partial.database, drafts.back, trace.before);
  const ahead = trace.repair === undefined ? drafts.forward : repairing(drafts.forward, trace.repair);
  const forward = await verifyBest(laboratory, trace, partial.database, ahead, trace.after);
  return { back, forward, ...decide({ situation, back, forward }), modes: drafts.modes };
}

/**
 * Plans out of a dirty state: those that repair the rows by themselves, then those that do it first. The state after is that of repaired
 * rows, so whatever ends there has lost what the repair loses, and a plan that would do so without a word says it.
 */
function repairing(drafts: readonly DraftPlan[], { steps, loses, loss }: Repair): readonly DraftPlan[] {
  const silent = drafts.filter((draft) => draft.loses === undefined && draft.impossible === undefined);
  return [
    ...drafts.filter((draft) => draft.loses !== undefined || draft.impossible !== undefined),
    ...silent.map((draft) => ({ ...draft, steps: [...steps, ...draft.steps], loses, loss })),
    ...silent.map((draft) => ({ ...draft, loses, loss })),
  ];
}

/** What the states show, and what the databases answer to the questions that plans rest on. */
export async function situationOf(laboratory: Laboratory, trace: Trace, partial: Partial): Promise<RecoverySituation> {
  const { migration, plan, before, after, reading } = trace;
  const { volatile, clockStart } = reading;
  const situation: RecoverySituation = {
    migration,
    plan,
    protocol: trace.framework.run(trace.migration.engine),
    before,
    ...(after !== undefined && { after }),
    partial: partial.state,
    completed: partial.completed,
    ...(partial.beyond !== undefined && { beyond: partial.beyond }),
    retryReaches: partial.retryReaches,
    checksumQuery: (table) => laboratory.engine.checksumQuery(table, volatile, clockStart, laboratory.sandbox.engine),
  };
  const probes = recoveryProbes(situation);
  const answers = new Map([
    ...(await answersOf(
      laboratory,
      partial.database,
      probes.filter(({ database }) => database === 'partial'),
    )),
    ...(await answersOfBefore(
      laboratory,
      trace,
      probes.filter(({ database }) => database === 'before'),
    )),
  ]);
  return { ...situation, answers };
}

async function answersOf(laboratory: Laboratory, database: string, probes: readonly Probe[]): Promise<Answers> {
  const rows = await laboratory.engine.askAll(
    laboratory.sandbox.address(database),
    probes.map(({ text }) => text),
  );
  return new Map(
    probes.flatMap((probe, place): [string, AskedRows][] => {
      const answer = rows[place];
      return answer === undefined ? [] : [[probeKey(probe), answer]];
    }),
  );
}

/** The same questions come for every partial state of a migration. */
const answersBefore = new WeakMap<Trace, Map<string, AskedRows>>();

/** Everything is cloned from the state before, and a database that somebody is connected to can't be: a clone is asked. */
async function answersOfBefore(laboratory: Laboratory, trace: Trace, probes: readonly Probe[]): Promise<Answers> {
  const known = answersBefore.get(trace) ?? new Map<string, AskedRows>();
  answersBefore.set(trace, known);
  const missing = probes.filter((probe) => !known.has(probeKey(probe)));
  if (missing.length > 0) {
    const found = await laboratory.withClone(trace.beforeDatabase, (database) => answersOf(laboratory, database, missing));
    for (const [key, rows] of found) known.set(key, rows);
  }
  return known;
}

/** Executes candidate plans in clones of a partial state, in order of preference, until one ends in exactly the state it claims. */
export async function verifyBest(
  laboratory: Laboratory,
  trace: Trace,
  partialDatabase: string,
  drafts: readonly DraftPlan[],
  target: State | undefined,
): Promise<RecoveryPlan> {
  let best: RecoveryPlan | undefined;
  for (const [place, draft] of drafts.entries()) {
    const plan = await verify(laboratory, trace, partialDatabase, draft, target);
    // Of plans that lose something, the first that ends right in all the rest is as good as any behind it.
    if (plan.verified || (plan.verifiedExceptLoss && drafts.slice(place + 1).every(({ loses }) => loses !== undefined))) return plan;
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
    const texts = draft.steps.filter(isExecuted).map((step) => step.text);
    const executed = await laboratory.engine.executeSteps(laboratory.sandbox.address(database), texts, laboratory.signal);
    const durationMs = Math.round(performance.now() - started);
    if (!executed.ok) return { ...plan, durationMs, problem: `Step ${executed.step + 1} failed: ${executed.error.message}` };
    const state = await capture(laboratory, database, { ...trace.reading, columnHashes: draft.loses !== undefined });
    const compared = compareWithTarget(trace, draft, state, target);
    if (!compared.verified && compared.verifiedExceptLoss !== true) return { ...plan, durationMs, ...compared };
    return { ...plan, durationMs, ...compared, checks: await validate(laboratory, database, draft.checks ?? []) };
  });
}

/** Asks the questions that show, beside the fingerprint, that the plan did what it claims. */
async function validate(laboratory: Laboratory, database: string, checks: readonly DraftCheck[]): Promise<readonly RecoveryCheck[]> {
  const answers = await laboratory.engine.askAll(
    laboratory.sandbox.address(database),
    checks.map(({ text }) => text),
  );
  return checks.map(({ title, text, expected }, place) => {
    const row = answers[place]?.[0];
    if (row === undefined) return { title, text, expected, passed: false };
    const found = String(Object.values(row)[0] ?? 'NULL');
    return { title, text, expected, passed: found === expected, found };
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
