import { executeSteps } from '../engines/postgres/steps';
import { faultKind } from '../faults/kinds/registry';
import { lostData } from '../faults/lost-data';
import { tellStory } from '../faults/story';
import { judge } from '../faults/verdict';
import type { CellResult, RecoveryStep, SessionLeft, StateDifference } from '../model/simulation';
import type { State } from '../model/state';
import { decide } from '../recovery/decision';
import { openSessionSteps, planRecovery } from '../recovery/plan';
import { stateDifferences } from '../state/difference';
import { fingerprint } from '../state/fingerprint';
import { capture } from './capture';
import { physicalPosition } from './fingerprints';
import type { Laboratory } from './laboratory';
import type { Observation } from './observe';
import { verifyBest } from './recover';
import { type RetryResult, retry } from './retry';
import type { Trace } from './trace';

type Recovery = NonNullable<CellResult['recovery']>;

/** What is the same for every cell that left the same state. */
interface StateAssessment {
  readonly fingerprint: string;
  readonly physical: 'before' | 'after' | 'partial';
  readonly recorded: 'applied' | 'failed' | 'absent' | 'none';
  readonly retry: RetryResult;
  readonly lostData: boolean;
  readonly recovery?: Recovery;
  readonly differsFromBefore: readonly StateDifference[];
  readonly differsFromAfter: readonly StateDifference[];
}

/** Judges observations. Equal states are retried and recovered once, whichever fault left them. */
export class Assessor {
  private readonly known = new Map<string, Promise<StateAssessment>>();

  constructor(
    private readonly laboratory: Laboratory,
    private readonly trace: Trace,
  ) {}

  /** The whole result of a cell. Closes the observation's session and drops its database. */
  async assess(observation: Observation): Promise<CellResult> {
    const { database, execution } = observation;
    try {
      const left = blockingSessions(observation.state);
      const release = left.length > 0 ? await this.release(observation) : { steps: [], state: observation.state };
      await execution.close();
      const assessment = await this.assessState(release.state, database, observation);
      return this.compose(observation, assessment, left, release.steps);
    } finally {
      await execution.close();
      await this.laboratory.drop(database);
    }
  }

  /** Ends the sessions that still block others, as the recovery plan tells an operator to, and reads the state that is left then. */
  private async release({ state, database }: Observation): Promise<{ readonly steps: readonly RecoveryStep[]; readonly state: State }> {
    const steps = openSessionSteps(state);
    const executed = await executeSteps(
      this.laboratory.sandbox.address(database),
      steps.map((step) => step.text),
      this.laboratory.signal,
    );
    if (!executed.ok) throw new Error(`The session that was left could not be ended: ${executed.error.message}`);
    const settled = await capture(this.laboratory, database, this.captureOptions(state.sessions));
    if (blockingSessions(settled).length > 0) throw new Error('The session that was left is still there after it was ended.');
    return { steps, state: settled };
  }

  private assessState(state: State, database: string, observation: Observation): Promise<StateAssessment> {
    const key = fingerprint(state, this.trace.fingerprints.reference);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const assessment = this.measure(key, state, database, observation);
    this.known.set(key, assessment);
    return assessment;
  }

  private async measure(key: string, state: State, database: string, { cell }: Observation): Promise<StateAssessment> {
    const { trace, laboratory } = this;
    const physical = physicalPosition(trace.fingerprints, state);
    const detailed = await capture(laboratory, database, { ...this.captureOptions([]), columnHashes: true });
    const retried = await this.measureRetry(key, database);
    const untouched = key === trace.fingerprints.before || key === trace.fingerprints.after;
    const completed = completedStatements(trace, physical, faultKind(cell.fault)?.completed(trace.course, cell.point) ?? 0);
    const recovery = untouched ? undefined : await this.recover(detailed, database, completed, retried);
    return {
      fingerprint: key,
      physical,
      recorded: this.recorded(state),
      retry: retried,
      lostData: lostData(trace.before, trace.after, state) && recovery?.forward.verified !== true,
      ...(recovery !== undefined && { recovery }),
      differsFromBefore: stateDifferences(trace.before, detailed),
      differsFromAfter: trace.after === undefined ? [] : stateDifferences(trace.after, detailed),
    };
  }

  /** From exactly the state before, a retry is the plain run, which was made already. */
  private async measureRetry(key: string, database: string): Promise<RetryResult> {
    const { trace } = this;
    if (key === trace.fingerprints.before && trace.failsByItself === undefined) {
      return { measured: { outcome: 'after' }, reported: { outcome: 'after' } };
    }
    return retry(this.laboratory, trace, database);
  }

  private async recover(partial: State, database: string, completed: number, retried: RetryResult): Promise<Recovery> {
    const { trace, laboratory } = this;
    const { migration, plan, before, after } = trace;
    const drafts = planRecovery({
      migration,
      plan,
      protocol: trace.framework.run,
      before,
      ...(after !== undefined && { after }),
      partial,
      completed,
      retryReaches: retried.reported.outcome,
    });
    const back = await verifyBest(laboratory, trace, database, drafts.back, before);
    const forward = await verifyBest(laboratory, trace, database, drafts.forward, after);
    const facts = { back, forward, completed, total: migration.up.statements.length, retryReaches: retried.reported.outcome };
    return { back, forward, ...decide(facts) };
  }

  private recorded(state: State): StateAssessment['recorded'] {
    const { run } = this.trace.framework;
    return run.bookkeepingTables.length === 0 ? 'none' : run.recorded(this.trace.migration, state.bookkeeping);
  }

  private captureOptions(sessions: readonly SessionLeft[]) {
    return {
      bookkeepingTables: this.trace.framework.run.bookkeepingTables,
      volatile: this.trace.volatile,
      migrationProcessIds: sessions.map((session) => session.pid),
    };
  }

  private compose(
    observation: Observation,
    assessed: StateAssessment,
    left: readonly SessionLeft[],
    release: readonly RecoveryStep[],
  ): CellResult {
    const { cell, outcome } = observation;
    const { trace } = this;
    const blocking = left.length > 0;
    const verdict = judge({
      physical: assessed.physical,
      recorded: assessed.recorded,
      beforeIsAfter: trace.fingerprints.physicalBefore === trace.fingerprints.physicalAfter,
      blocking,
      lostData: assessed.lostData,
      retry: assessed.retry.measured,
    });
    const recovery = blocking ? this.withRelease(assessed, release) : assessed.recovery;
    const needsRecovery = verdict !== 'rolled-back' && verdict !== 'complete';
    return {
      id: cell.id,
      point: cell.point,
      fault: cell.fault,
      status: 'done',
      story: this.story(observation, assessed, left),
      ...(outcome.error !== undefined && { error: outcome.error }),
      fingerprint: assessed.fingerprint,
      verdict,
      differsFromBefore: assessed.differsFromBefore,
      differsFromAfter: assessed.differsFromAfter,
      bookkeeping: observation.state.bookkeeping.flatMap(({ table, rows }) => rows.map((row) => ({ table, row }))),
      sessions: observation.state.sessions,
      retry: assessed.retry.reported,
      ...(needsRecovery && recovery !== undefined && { recovery }),
      durationMs: Math.round(performance.now() - observation.startedAt),
    };
  }

  /** Ending the session was carried out on the state itself; what follows was verified on what that left. */
  private withRelease(assessed: StateAssessment, release: readonly RecoveryStep[]): Recovery {
    const { trace } = this;
    const nothing = { steps: [], verified: true, reached: assessed.fingerprint };
    const rest = assessed.recovery ?? this.afterRelease(assessed);
    const prepend = (plan: Recovery['back'] | typeof nothing) => ({
      ...plan,
      steps: [...release, ...plan.steps.filter((step) => !release.some((ended) => ended.text === step.text))],
    });
    void trace;
    return { ...rest, back: prepend(rest.back), forward: prepend(rest.forward) };
  }

  /** Ending the session alone led to exactly before or exactly after. */
  private afterRelease(assessed: StateAssessment): Recovery {
    const there = { steps: [], verified: true, reached: assessed.fingerprint };
    const drafts = { back: there, forward: there };
    return { ...drafts, recommended: assessed.physical === 'after' ? 'forward' : 'back', because: '' };
  }

  private story(observation: Observation, assessed: StateAssessment, left: readonly SessionLeft[]): string {
    const { trace } = this;
    const kind = faultKind(observation.cell.fault);
    if (kind === undefined) return '';
    return tellStory({
      kind,
      point: observation.cell.point,
      course: trace.course,
      statements: trace.migration.up.statements,
      completed: completedStatements(trace, assessed.physical, kind.completed(trace.course, observation.cell.point)),
      physical: assessed.physical,
      frameworkName: trace.framework.displayName,
      recorded: assessed.recorded,
      retry: assessed.retry.reported,
      held: left.flatMap((session) => session.locks.map((lock) => `${lock.mode} on ${lock.relation}`)),
    });
  }
}

/** Sessions of the migration that hold locks; an idle one without locks blocks nobody. */
function blockingSessions(state: State): readonly SessionLeft[] {
  return state.sessions.filter((session) => session.locks.length > 0);
}

/** What was measured wins over what the point lets expect. */
function completedStatements(trace: Trace, physical: 'before' | 'after' | 'partial', expected: number): number {
  if (physical === 'before') return 0;
  return physical === 'after' ? trace.migration.up.statements.length : expected;
}
