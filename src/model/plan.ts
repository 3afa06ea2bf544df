import type { Engine } from './engine';
import type { Statement } from './migration';
import type { ObjectName } from './operation';

/** Postgres table-level lock modes, weakest first (manual, "Explicit Locking", table 13.2). */
export const postgresLockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type PostgresLockMode = (typeof postgresLockModes)[number];

export interface Lock {
  /** The relation as the text names it. */
  readonly relation: string;
  readonly mode: string;
}

/** A lock as the text announces it: the name that a person reads, and the one that the schema is asked with. */
export interface PlannedLock extends Lock {
  readonly name: ObjectName;
}

/** What a statement costs, by what the server must do to the data. */
export type CostClass = 'metadata' | 'scan' | 'build' | 'rewrite' | 'data' | 'none' | 'unknown';

/** Who commits. */
export type TransactionKind =
  /** The framework opens and commits it. */
  | 'framework'
  /** The migration's own BEGIN ... COMMIT. */
  | 'explicit'
  /** Several statements in one simple query: the server makes them one transaction. */
  | 'implicit'
  /** One statement alone, committed as it ends. */
  | 'autocommit';

export interface PlannedTransaction {
  /** From 1. */
  readonly index: number;
  readonly kind: TransactionKind;
  /** Numbers of the statements in it, in order. */
  readonly statements: readonly number[];
}

export interface PlannedStatement {
  readonly statement: Statement;
  /** Number of the transaction it runs in. */
  readonly transaction: number;
  readonly locks: readonly PlannedLock[];
  readonly cost: CostClass;
  /** Why it costs that, for this engine version: "DEFAULT gen_random_uuid() is volatile: every row is written again". */
  readonly because: string;
  /** False for statements that the server refuses inside a transaction block (CREATE INDEX CONCURRENTLY, VACUUM ...). */
  readonly transactional: boolean;
}

/** The migration as it will run. */
export interface ExecutionPlan {
  readonly engine: Engine;
  readonly direction: 'up' | 'down';
  readonly transactions: readonly PlannedTransaction[];
  readonly statements: readonly PlannedStatement[];
  /** True when a failure anywhere leaves nothing behind. */
  readonly atomic: boolean;
  /** One sentence on the transactions, for the code lens: "3 statements, no transaction: a failure leaves part of it". */
  readonly summary: string;
}
