import type { FrameworkName } from '../../src/model/migration';

/** The rows of the recovery table for PostgreSQL that a migration can run into. */
export type FailureMode =
  | 'open session'
  | 'prepared transaction'
  | 'CREATE INDEX CONCURRENTLY failed'
  | 'REINDEX CONCURRENTLY failed'
  | 'DETACH PARTITION CONCURRENTLY failed'
  | 'NOT VALID never validated'
  | 'triggers bypassed'
  | 'triggers disabled'
  | 'half a batch'
  | 'duplicates after a retry'
  | 'sequence behind'
  | 'table swap incomplete'
  | 'unlogged table after crash'
  | 'enum value added'
  | 'disk full'
  | 'deadlock'
  | 'replica diverged';

/**
 * One migration and what every cell of its matrix must come to. The expectation is written by what the documentation of the server and of
 * the framework says, before anything is run; see `expectation.ts` for how it is read.
 */
export interface SuiteCase {
  /** What is special about it, as a sentence. */
  readonly title: string;
  /** The rows of the recovery table that it stands for. */
  readonly modes?: readonly FailureMode[];
  /** Default: plain SQL. */
  readonly framework?: FrameworkName;
  /**
   * Default: as the framework does. `false`: it is told not to open a transaction. `unsuitable`: it finds out by itself that it can't.
   * `true`, for plain SQL: the file is run with `psql --single-transaction`.
   */
  readonly transaction?: boolean | 'unsuitable';
  /** Schema and data before. Default: `shop`. Rows are generated into it too. */
  readonly before?: string;
  readonly migration: string;
  /** Generated rows per table; default 20. */
  readonly rows?: number;
  /**
   * Statements after which what was done so far stays, for files with BEGIN and COMMIT of their own. Default: each, or none before the
   * framework's COMMIT, or all with the end of the one request.
   */
  readonly commits?: readonly number[];
  /**
   * Numbers of statements for which no other session can hold a lock that they wait for. Default: those that make a table, a type, a
   * schema, a function, an extension, and name no table.
   */
  readonly alone?: readonly number[];
  /** Statements that find nothing to do and wait for nothing: they are over before anything can strike. */
  readonly idle?: readonly number[];
  /**
   * Statements that hold something and wait for more, so that another session can close a circle. Default: those that write rows of a
   * table that was there, or build concurrently, alone in their transaction.
   */
  readonly circles?: readonly number[];
  /** Statements that need a new page, and fail on a full disk. Tried in the cases that say so, in a sandbox with a small disk. */
  readonly space?: readonly number[];
  /** Statements that rows of before can break, and what that comes to. Where nothing is said, no such rows can be. */
  readonly dirty?: Readonly<Record<number, string>>;
  /** What it means that statements 1 to k stay, k from 1; only for k at which something can end. All statements: only where it is special. */
  readonly stays?: Readonly<Record<number, string>>;
  /** Cells that are special: `crash,kill-session@during:2..after:3` or `*@during:2`. The last that fits counts. */
  readonly except?: Readonly<Record<string, string>>;
}

/** Two tables that most migrations are about. */
export const shop = `
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, visits integer NOT NULL DEFAULT 0);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  total numeric(12,2) NOT NULL,
  note text
);
`;
