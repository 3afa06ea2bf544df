import type { EngineName } from '../../model/engine';
import type { RecoveryMode, RecoveryStep } from '../../model/simulation';
import type { DraftCheck } from '../check';
import type { DataLoss } from '../data-loss';
import type { Probe } from '../probe';
import type { RecoverySituation } from '../situation';

/** What was found left behind, told to people. */
export type Finding = Omit<RecoveryMode, 'name'>;

/** One way in which a migration leaves something behind that its own statements do not repair. One file each. */
export interface ModeDefinition<F extends Finding> {
  readonly name: string;
  /** Absent: PostgreSQL alone. */
  readonly engines?: readonly EngineName[];
  /** Asked before `detect`, where the captured states can't show it. */
  readonly probes?: (situation: RecoverySituation) => readonly Probe[];
  readonly detect: (situation: RecoverySituation) => readonly F[];
  /** Steps of the way back; what the difference of catalogs or of rows repairs anyway is not repeated here. */
  readonly back: (found: readonly F[], situation: RecoverySituation) => readonly RecoveryStep[];
  /** Steps of the way forward, so that the remaining statements can run. */
  readonly forward: (found: readonly F[], situation: RecoverySituation) => readonly RecoveryStep[];
  /** Steps of the way forward when the remaining statements have run: what was let loose for them is made fast again. */
  readonly forwardLast?: (found: readonly F[], situation: RecoverySituation) => readonly RecoveryStep[];
  /** What shows, after the steps, that it is gone. */
  readonly validate: (found: readonly F[], situation: RecoverySituation, way: 'back' | 'forward') => readonly DraftCheck[];
  /** `last`: its steps come when rows and schema are right. */
  readonly place?: 'first' | 'last';
  /** What the steps of a way change or leave that can't be brought back. */
  readonly losses?: (found: readonly F[], situation: RecoverySituation, way: 'back' | 'forward') => readonly ModeLoss[];
  readonly trial?: Trial;
  /** What it finds are transactions that hold locks: they end before the schema is touched. */
  readonly endsTransactions?: true;
}

export type ModeLoss = Pick<DataLoss, 'text' | 'loss'>;

/**
 * Whether the steps forward are needed, where nobody knows before it is tried. `sure`: always taken (the default). `preferred`: a plan with
 * them is tried first, one without them next. `fallback`: tried when plans without them have failed.
 */
export type Trial = 'sure' | 'preferred' | 'fallback';

/** A mode with its findings taken inside, so that a list can hold modes of all kinds. */
export interface FailureMode {
  readonly name: string;
  readonly engines: readonly EngineName[];
  readonly place: 'first' | 'last';
  readonly trial: Trial;
  readonly endsTransactions: boolean;
  readonly probes: (situation: RecoverySituation) => readonly Probe[];
  readonly detect: (situation: RecoverySituation) => readonly RecoveryMode[];
  readonly back: (situation: RecoverySituation) => readonly RecoveryStep[];
  readonly forward: (situation: RecoverySituation) => readonly RecoveryStep[];
  readonly forwardLast: (situation: RecoverySituation) => readonly RecoveryStep[];
  readonly validate: (situation: RecoverySituation, way: 'back' | 'forward') => readonly DraftCheck[];
  readonly losses: (situation: RecoverySituation, way: 'back' | 'forward') => readonly ModeLoss[];
}

export function defineMode<F extends Finding>(definition: ModeDefinition<F>): FailureMode {
  const { name, detect } = definition;
  /** Asks nothing of a definition that found nothing. */
  const withFound = <T>(situation: RecoverySituation, use: (found: readonly F[]) => readonly T[]): readonly T[] => {
    const found = detect(situation);
    return found.length === 0 ? [] : use(found);
  };
  return {
    name,
    engines: definition.engines ?? ['postgres'],
    place: definition.place ?? 'first',
    trial: definition.trial ?? 'sure',
    endsTransactions: definition.endsTransactions === true,
    probes: definition.probes ?? (() => []),
    detect: (situation) => detect(situation).map(({ object, detail, query }) => ({ name, object, detail, query })),
    back: (situation) => withFound(situation, (found) => definition.back(found, situation)),
    forward: (situation) => withFound(situation, (found) => definition.forward(found, situation)),
    forwardLast: (situation) => withFound(situation, (found) => definition.forwardLast?.(found, situation) ?? []),
    validate: (situation, way) => withFound(situation, (found) => definition.validate(found, situation, way)),
    losses: (situation, way) => withFound(situation, (found) => definition.losses?.(found, situation, way) ?? []),
  };
}
