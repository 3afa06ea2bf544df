import type { FrameworkName } from '../../../../src/model/migration';

/** The rows of the recovery table for MySQL and MariaDB that a migration can run into. */
export type FailureMode =
  | 'statement k of N failed'
  | 'client gone, server still altering'
  | 'metadata lock'
  | 'row lock timeout'
  | 'deadlock'
  | 'XA left'
  | 'foreign key checks off'
  | 'two-step swap'
  | 'half a batch'
  | 'duplicates after a retry'
  | 'AUTO_INCREMENT behind';

/**
 * One migration and what every cell of its matrix must come to on MySQL and on MariaDB. The expectation is written by what the manuals and the
 * framework's documentation say; see `expectation.ts` for how it is read.
 */
export interface MysqlCase {
  /** What is special about it, as a sentence. */
  readonly title: string;
  readonly modes?: readonly FailureMode[];
  /** Default: plain SQL. */
  readonly framework?: FrameworkName;
  /** Schema and data before. Default: `shop`. Rows are generated into it too. */
  readonly before?: string;
  readonly migration: string;
  /** Generated rows per table; default 20. */
  readonly rows?: number;
  /** Statements for which no other session can hold a lock that they wait for. Default: see `expectation.ts`. */
  readonly alone?: readonly number[];
  /** Statements that find nothing to do, or wait for nothing: they are over before anything can strike. */
  readonly idle?: readonly number[];
  /** Statements with which another session can close a circle of locks. Default: those that write rows of a table that was there. */
  readonly circles?: readonly number[];
  /** Statements that rows of before can break, and what that comes to. Where nothing is said, no such rows can be. */
  readonly dirty?: Readonly<Record<number, string>>;
  /** What it means that statements 1 to k stay, k from 1; only for k at which something can end. All statements: only where it is special. */
  readonly stays?: Readonly<Record<number, string>>;
  /** Cells that are special: `crash,kill-session@during:2..after:3` or `*@during:2`. The last that fits counts. */
  readonly except?: Readonly<Record<string, string>>;
  /** What is otherwise on one of the two. */
  readonly mariadb?: Partial<Pick<MysqlCase, 'alone' | 'idle' | 'circles' | 'dirty' | 'stays' | 'except' | 'migration'>>;
  /** The server that has such a statement, where the other has none. */
  readonly only?: 'mysql' | 'mariadb';
}

/** Two tables that most migrations are about. */
export const shop = `
CREATE TABLE customers (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(190) NOT NULL UNIQUE,
  visits int NOT NULL DEFAULT 0
);
CREATE TABLE orders (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint unsigned NOT NULL,
  total decimal(12,2) NOT NULL,
  note varchar(200),
  CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id)
);
`;
