import type { Table } from '../model/catalog';
import type { Migration, Statement } from '../model/migration';
import type { ExecutionPlan } from '../model/plan';
import type { RunProtocol } from '../model/run-protocol';
import type { RecoveryStep } from '../model/simulation';
import type { State } from '../model/state';
import type { Loss } from '../state/loss';
import type { DraftCheck } from './check';
import type { Answers } from './probe';

/** What is known when a way out of a partial state is looked for. States are best captured with column hashes. */
export interface RecoverySituation {
  readonly migration: Migration;
  readonly plan: ExecutionPlan;
  readonly protocol: RunProtocol;
  readonly before: State;
  /** Absent when the migration fails by itself: then there is no way forward but to change it. */
  readonly after?: State;
  readonly partial: State;
  /** Number of leading statements whose effects are in the partial state. */
  readonly completed: number;
  /** Statements behind the interrupted one that are done as well: they were sent without waiting for it (`Promise.all`). */
  readonly beyond?: readonly number[];
  /** Where running the migration again ends, if that was tried. */
  readonly retryReaches?: 'after' | 'before' | 'error' | 'differs';
  /** By type, as columns name it: the names before of labels that the migration renamed. Set where they are renamed back first. */
  readonly oldLabels?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What the databases answered to `recoveryProbes`; without it, plans rest on counts and hashes alone. */
  readonly answers?: Answers;
  /** The query that gives `rowsHash` of a table of one of the states. */
  readonly checksumQuery?: (table: Table) => string | undefined;
}

/** A plan before anybody has executed it. */
export interface DraftPlan {
  readonly steps: readonly RecoveryStep[];
  /** What it can't bring back, and where that would have to come from. */
  readonly loses?: string;
  /** The same for `maskLost`, so that all the rest can be compared. */
  readonly loss?: readonly Loss[];
  /** Asked after the steps. */
  readonly checks?: readonly DraftCheck[];
  /** Why there is no such plan; `steps` is then what can be said anyway. */
  readonly impossible?: string;
}

export function sqlStep(title: string, why: string, text: string): RecoveryStep {
  return { title, why, text: /(;|\n\\\.)\s*$/.test(text) ? text : `${text};`, language: 'sql' };
}

/** What a person has to do, or to know: nothing that can be executed here. */
export function textStep(title: string, why: string, text: string): RecoveryStep {
  return { title, why, text, language: 'text' };
}

/** A statement as psql takes it: with its semicolon, and the rows that follow COPY ... FROM stdin. */
export function asWritten({ sent, copyData }: Statement): string {
  return `${sent};${copyData?.trimEnd() ?? ''}`;
}
