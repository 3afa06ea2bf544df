import type { Rendering, Statement } from '../../model/migration';
import type { Recorded } from '../native';
import type { SqlEffect } from './emit';

/** The statements of a program in code, as the model wants them, and what a framework needs to say how they run. */
export interface ReadProgram {
  readonly rendering: Rendering;
  /** Spans count in `rendering.text`, ranges in the program's own file. */
  readonly statements: readonly Statement[];
  /** What was sent, in order, with the numbers of its statements: several numbers are several statements in one simple query. */
  readonly requests: readonly SqlRequest[];
  /** For `ProgramExecution.groups`: absent when each request is one statement. */
  readonly groups?: readonly (readonly number[])[];
}

export interface SqlRequest {
  readonly recorded: Recorded<SqlEffect>;
  readonly statements: readonly number[];
}
