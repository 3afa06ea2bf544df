import type { EngineName } from '../../model/engine';
import type { FaultName, Point } from '../../model/fault';
import type { RecoveryStep } from '../../model/simulation';
import type { Course } from '../course';

/** One kind of fault: where it can strike, which points must end alike, and how it is told. One file each, listed in `registry.ts`. */
export interface FaultKind {
  readonly name: FaultName;
  /** The engines that have it. Absent: all. */
  readonly engines?: readonly EngineName[];
  /** What struck, as the beginning of a sentence: "The server crashed". */
  readonly happened: string;
  /** Why it can't strike at this point, in one sentence; undefined when it can. */
  impossible(course: Course, point: Point): string | undefined;
  /** How many leading statements stay when it has struck there and the server has come to rest. */
  completed(course: Course, point: Point): number;
  /**
   * Points with the same key provably leave the same state, so one of them is run for all. Undefined: no claim, run it.
   * The proof is a test that runs the matrix without collapsing and compares.
   */
  equivalence(course: Course, point: Point): string | undefined;
  /** What has to be done about its cause before either way out of what it left. */
  remedy?(engine: EngineName): RecoveryStep;
}
