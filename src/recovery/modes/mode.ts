import type { RecoveryStep } from '../../model/simulation';
import type { RecoverySituation } from '../situation';

/** One way in which a migration leaves something behind that its own statements do not repair. */
export interface FailureMode {
  readonly name: string;
  /** First steps of the way back; what DDL from the difference of catalogs repairs anyway is not repeated here. */
  readonly back: (situation: RecoverySituation) => readonly RecoveryStep[];
  /** First steps of the way forward, so that the remaining statements can run. */
  readonly forward: (situation: RecoverySituation) => readonly RecoveryStep[];
}
