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
  /** An earlier statement of the same program made the relation: nobody else uses it, so nobody waits for the lock. */
  readonly onNew?: true;
}

/** A lock as the text announces it: the name that a person reads, and the one that the schema is asked with. */
export interface PlannedLock extends Lock {
  readonly name: ObjectName;
}

/** What a statement costs, by what the server must do to the data. */
export type CostClass = 'metadata' | 'scan' | 'build' | 'rewrite' | 'data' | 'none' | 'unknown';

/** How MySQL and MariaDB can carry out ALTER TABLE, fastest first. NOCOPY is MariaDB's alone. */
export const tableAlgorithms = ['INSTANT', 'NOCOPY', 'INPLACE', 'COPY'] as const;
export type TableAlgorithm = (typeof tableAlgorithms)[number];

/** How MySQL or MariaDB changes a table, in the words of ALGORITHM= and LOCK=. */
export interface TableWork {
  readonly table: ObjectName;
  /** The fastest that this version accepts for all that the statement does to the table, or the one that it demands. */
  readonly algorithm: TableAlgorithm;
  /** What others wait for while it works: nothing, to write, or to read as well. For a moment at its ends it is always the last. */
  readonly lock: 'NONE' | 'SHARED' | 'EXCLUSIVE';
  /** Every row is written again, into a new copy of the table. */
  readonly rebuilds: boolean;
  /** Set when the statement demands an algorithm or a lock that the server does not offer for it: it will be refused. Why. */
  readonly refused?: string;
  /** Set when it depends on what the table is now, which is not known: what is said is the worst that can be. */
  readonly uncertain?: true;
}

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
  /** MongoDB: why a transaction refuses it, as the end of a sentence. */
  readonly refusal?: string;
  /** MySQL, MariaDB: of a statement that changes a table which is there. */
  readonly work?: TableWork;
  /** MySQL, MariaDB: it commits the transaction that is open when it comes, and then itself (manual, Statements That Cause an Implicit Commit). */
  readonly commits?: true;
  /** MySQL, MariaDB: it writes rows of a table whose storage engine, this one, knows no transactions: each row stays as soon as it is written. */
  readonly keepsRows?: string;
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
