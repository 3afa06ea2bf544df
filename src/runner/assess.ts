import { runningAt, staysInPart } from '../faults/course';
import { faultKind } from '../faults/kinds/registry';
import { lostData } from '../faults/lost-data';
import { tellStory } from '../faults/story';
import { judge } from '../faults/verdict';
import type { Verdict } from '../model/fault';
import type { Statement } from '../model/migration';
import type { CellResult, RecoveryMode, RecoveryPlan, RecoveryStep, StateDifference } from '../model/simulation';
import type { State } from '../model/state';
import { lockModeLabel } from '../model/words';
import { isDone } from '../recovery/done';
import { sessionModes } from '../recovery/modes/open-session';
import { adviceOn } from '../recovery/modes/server-error';
import { openSessionSteps } from '../recovery/plan';
import { followedNames } from '../schema/mysql/followed-names';
import { stateDifferences } from '../state/difference';
import { inDocumentWords } from '../state/document-words';
import { fingerprint } from '../state/fingerprint';
import { capture, captureBlockingSessions } from './capture';
import { physicalPosition } from './fingerprints';
import type { Laboratory } from './laboratory';
import { putNumbersBack } from './numbering';
import type { Observation } from './observe';
import { type Progress, progressOf } from './progress';
import { recoverFrom } from './recover';
import { type RetryResult, retry } from './retry';
import type { Trace } from './trace';
import type { HeldState } from './twice';

type Recovery = NonNullable<CellResult['recovery']>;

/** A session, and what it leaves when it ends. */
const greatestRounds = 2;

/** What is the same for every cell that left the same state after the same number of statements: some statements leave no trace. */
interface StateAssessment extends Progress {
  readonly fingerprint: string;
  readonly state: State;
  readonly physical: 'before' | 'after' | 'partial';
  readonly recorded: 'applied' | 'failed' | 'absent' | 'none';
  readonly retry: RetryResult;
  readonly differsFromBefore: readonly StateDifference[];
  readonly differsFromAfter: readonly StateDifference[];
}

/** Judges observations. Equal states are retried and recovered once, whichever fault left them. */
export class Assessor {
  private readonly assessments = new Map<string, Promise<StateAssessment>>();
  private readonly recoveries = new Map<string, Promise<Recovery>>();

  constructor(
    private readonly laboratory: Laboratory,
    private readonly trace: Trace,
  ) {}

  /** The whole result of a cell. Closes the observation's session and drops its database. */
  async assess(observation: Observation): Promise<CellResult> {
    const { database, execution, blocking } = observation;
    try {
      const release = blocking.length > 0 ? await this.release(observation) : [];
      await execution.close();
      const state = await capture(this.laboratory, database, { ...this.trace.reading, columnHashes: true });
      const key = fingerprint(state, this.trace.fingerprints.reference);
      const physical = physicalPosition(this.trace.fingerprints, state);
      const progress = progressOf(this.trace, physical, observation, state);
      const { completed, beyond } = progress;
      await putNumbersBack(this.laboratory, this.trace, { state, database }, completed);
      const place = `${key} after ${[completed, ...beyond].join(', ')}`;
      const assessed = await once(this.assessments, place, () => this.measure(key, state, physical, progress, database));
      const recover = () => once(this.recoveries, place, () => this.recover(assessed, database));
      const lost = lostData(this.trace.before, this.trace.after, state) && !(await this.isRecoverable(assessed, recover));
      const verdict = this.verdict(assessed, observation, lost);
      // Rows that break the statement are still there when all was rolled back: the way forward begins with them.
      const settled = verdict === 'complete' || (verdict === 'rolled-back' && this.trace.dirt === undefined);
      const remedy = faultKind(observation.cell.fault)?.remedy?.(this.trace.migration.engine.name);
      const advice = adviceOn(observation.outcome.error, this.trace.plan.engine);
      const first = [...release, ...[remedy ?? advice?.step].flatMap((step) => step ?? [])];
      const recovery = settled
        ? undefined
        : withFirst(await recover(), first, [
            ...sessionModes(observation.blocking, this.trace.plan.engine),
            ...[advice?.mode].flatMap((mode) => mode ?? []),
          ]);
      const result = this.compose(observation, assessed, verdict, recovery);
      await this.laboratory.witness({ result, database, beforeDatabase: this.trace.beforeDatabase });
      return result;
    } finally {
      await execution.close();
      await this.laboratory.drop(database);
    }
  }

  /** Nothing is lost that an executed way brings back: a retry, or one of the plans. */
  private async isRecoverable({ retry }: StateAssessment, recover: () => Promise<Recovery>): Promise<boolean> {
    if (retry.measured.outcome === 'after') return true;
    const { back, forward } = await recover();
    return back.verified || forward.verified;
  }

  /**
   * Ends the sessions that still block others, as the recovery plan tells an operator to. Returns the steps that did it. A session that goes may
   * leave something that nobody's session holds any more: a prepared transaction, which takes a step of its own.
   */
  private async release({ blocking, database }: Observation): Promise<readonly RecoveryStep[]> {
    const { engine, sandbox, signal } = this.laboratory;
    const taken: RecoveryStep[] = [];
    const processIds = blocking.map((session) => session.pid);
    let remaining = blocking;
    for (let round = 0; round < greatestRounds && remaining.length > 0; round++) {
      const steps = openSessionSteps(remaining, sandbox.engine);
      const texts = steps.map((step) => step.text);
      const executed = await engine.executeSteps(sandbox.address(database), texts, signal);
      if (!executed.ok) throw new Error(`The session that was left could not be ended: ${executed.error.message}`);
      taken.push(...steps);
      remaining = await captureBlockingSessions(this.laboratory, database, processIds);
    }
    if (remaining.length > 0) throw new Error('The session that was left is still there after it was ended.');
    return taken;
  }

  private async measure(
    key: string,
    state: State,
    physical: StateAssessment['physical'],
    progress: Progress,
    database: string,
  ): Promise<StateAssessment> {
    const { trace } = this;
    const { statements } = trace.migration.up;
    const known = this.withFollowedNames(
      state,
      statements.filter(({ index }) => isDone(progress, index)),
    );
    return {
      fingerprint: key,
      state,
      physical,
      recorded: this.recorded(state),
      ...progress,
      retry: await this.measureRetry(key, { state, database }),
      differsFromBefore: this.differences(trace.before, known),
      differsFromAfter: trace.after === undefined ? [] : this.differences(this.withFollowedNames(trace.after, statements), known),
    };
  }

  private withFollowedNames(state: State, done: readonly Statement[]): State {
    const { before, plan } = this.trace;
    return { ...state, catalog: followedNames(state.catalog, before.catalog, done, plan.engine) };
  }

  private differences(from: State, to: State): readonly StateDifference[] {
    const differences = stateDifferences(from, to);
    return this.trace.plan.engine.name === 'mongodb' ? inDocumentWords(differences) : differences;
  }

  /** From exactly the state before, a retry is the plain run, which was made already. */
  private async measureRetry(key: string, partial: HeldState): Promise<RetryResult> {
    const { trace } = this;
    if (key === trace.fingerprints.before && trace.failsByItself === undefined) {
      return { measured: { outcome: 'after' }, reported: { outcome: 'after' } };
    }
    return retry(this.laboratory, trace, partial);
  }

  private recover({ state, completed, beyond, retry: { reported } }: StateAssessment, database: string): Promise<Recovery> {
    return recoverFrom(this.laboratory, this.trace, { database, state, completed, beyond, retryReaches: reported.outcome });
  }

  private verdict(assessed: StateAssessment, { blocking, outcome }: Observation, lost: boolean): Verdict {
    return judge({
      physical: assessed.physical,
      recorded: assessed.recorded,
      beforeIsAfter: this.trace.fingerprints.physicalBefore === this.trace.fingerprints.physicalAfter,
      blocking: blocking.length > 0,
      lostData: lost,
      reportedSuccess: outcome.result === 'success',
      retry: assessed.retry.measured,
    });
  }

  private recorded(state: State): StateAssessment['recorded'] {
    const run = this.trace.framework.run(this.trace.migration.engine);
    return run.bookkeepingTables.length === 0 ? 'none' : run.recorded(this.trace.migration, state.bookkeeping);
  }

  private compose(observation: Observation, assessed: StateAssessment, verdict: Verdict, recovery: Recovery | undefined): CellResult {
    const { cell, outcome, blocking, execution } = observation;
    return {
      id: cell.id,
      point: cell.point,
      fault: cell.fault,
      status: 'done',
      story: this.story(observation, assessed),
      ...(execution.inside !== undefined && { inside: execution.inside.what }),
      ...(this.trace.dirt !== undefined && { dirt: this.trace.dirt }),
      ...(outcome.error !== undefined && { error: outcome.error }),
      fingerprint: assessed.fingerprint,
      verdict,
      differsFromBefore: assessed.differsFromBefore,
      differsFromAfter: assessed.differsFromAfter,
      bookkeeping: assessed.state.bookkeeping.flatMap(({ table, rows }) => rows.map((row) => ({ table, row }))),
      sessions: blocking,
      retry: assessed.retry.reported,
      ...(recovery !== undefined && { recovery }),
      durationMs: Math.round(performance.now() - observation.startedAt),
    };
  }

  private story(observation: Observation, assessed: StateAssessment): string {
    const { trace } = this;
    const { cell, execution } = observation;
    const kind = faultKind(cell.fault);
    if (kind === undefined) return '';
    const running = runningAt(trace.course, cell.point);
    return tellStory({
      kind,
      point: cell.point,
      statements: trace.migration.up.statements,
      completed: assessed.completed,
      beyond: assessed.beyond,
      physical: assessed.physical,
      frameworkName: trace.framework.displayName,
      recorded: assessed.recorded,
      recordedInPart: historyRows(assessed.state) > historyRows(trace.before),
      retry: assessed.retry.reported,
      ...(execution.inside !== undefined && { inside: execution.inside.what }),
      ...(trace.dirt !== undefined && { dirt: trace.dirt.description }),
      commitsOnItsWay: running !== undefined && staysInPart(trace.course, running),
      isPrepared: observation.blocking.every((session) => session.preparedTransaction !== undefined),
      held: observation.blocking.flatMap((session) => session.locks.map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`)),
    });
  }
}

/**
 * Ending the session was carried out on the very state that it was left in, and the fault's cause is gone by now; what follows was verified
 * on what that left.
 */
function withFirst(recovery: Recovery, first: readonly RecoveryStep[], modes: readonly RecoveryMode[]): Recovery {
  const prepend = (plan: RecoveryPlan): RecoveryPlan => ({ ...plan, steps: [...first, ...plan.steps] });
  return { ...recovery, back: prepend(recovery.back), forward: prepend(recovery.forward), modes: [...modes, ...(recovery.modes ?? [])] };
}

/** Does the work for a key once; whoever else asks meanwhile waits for the same result. */
function once<T>(known: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? work();
  known.set(key, found);
  return found;
}

function historyRows({ bookkeeping }: State): number {
  return bookkeeping.reduce((sum, { rows }) => sum + rows.length, 0);
}
