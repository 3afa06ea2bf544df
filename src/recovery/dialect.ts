import type { Catalog, Table } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import type { RecoveryStep, SessionLeft } from '../model/simulation';
import type { State } from '../model/state';
import type { Change } from '../rollback/change';
import type { SqlWords } from '../rollback/dialect';
import type { DraftCheck } from './check';
import { mongodbSessions } from './mongodb/sessions';
import { mysqlDialect } from './mysql/dialect';
import { postgresDialect } from './postgres/dialect';
import type { Requirement } from './requirements';

/** What is said of sessions and locks, which every engine has. */
export interface SessionWords {
  /** Ends sessions and prepared transactions that were left. */
  readonly endSessions: (sessions: readonly SessionLeft[], engine: Engine) => RecoveryStep[];
  /** Shows who is open, what they hold, and whom they wait for. */
  readonly sessionQuery: string;
  /** Counts sessions that are in a transaction and hold locks. */
  readonly noSessionQuery: string;
  readonly preparedQuery: string;
  readonly strongestLock: (steps: readonly RecoveryStep[], catalog: Catalog, engine: Engine) => string | undefined;
}

/** What a recovery says in the words of an engine with tables and SQL; all else about it is the same for all of these. */
export interface RecoveryDialect extends SessionWords {
  readonly words: SqlWords;
  /** Rows and what they break. `t` stands for the row. */
  readonly rows: RowWords;
  /** Changes of the schema as steps, so that none of them can be stopped where something is half taken apart. */
  readonly changeSteps: (changes: readonly Change[]) => RecoveryStep[];
  /** Changes in groups that belong together. */
  readonly groups: (changes: readonly Change[]) => (readonly Change[])[];
  readonly groupStep: (group: readonly Change[]) => RecoveryStep;
  /** What is asked of the whole database when the target is reached. */
  readonly wholeDatabase: (target: State) => DraftCheck[];
  /** Whether counters give values that are free, for these tables. */
  readonly counters: (tables: readonly Table[], target: State) => DraftCheck[];
  /** Steps that set counters right on the way to the target. */
  readonly counterSteps: (partial: State, target: State) => RecoveryStep[];
  /** The counter of a table goes back to its column, so that rows come again under the numbers that they had. */
  readonly numbersAgain: (partial: State, table: Table) => RecoveryStep[];
}

export interface RowWords {
  /** The rows of a table, each as `key` and `values`: lists of texts. */
  readonly read: (table: Table, key: readonly string[], most: number) => string;
  /** A table's name in FROM: with the rows of tables that inherit from it, and without. */
  readonly own: (table: Table) => string;
  readonly alone: (table: Table) => string;
  readonly brokenCondition: (requirement: Exclude<Requirement, { kind: 'unique' }>) => string;
  /** The rows of each key with their `place` in a total order: the first of each is the one that stays. */
  readonly numberedDuplicates: (requirement: Extract<Requirement, { kind: 'unique' }>) => string;
  /** DELETE of all rows behind the first of each key. */
  readonly deleteDuplicates: (requirement: Extract<Requirement, { kind: 'unique' }>) => string;
  /** Rows of another table that point to a duplicate, pointed to the one that stays. */
  readonly repoint: (requirement: Extract<Requirement, { kind: 'unique' }>, pointer: Pointer) => string;
  /** DELETE FROM a table `t` with a condition on it. */
  readonly deleteWhere: (table: Table, condition: string) => string;
  /** Copies among added rows: all but the first by key, of rows that agree in these columns (SQL) and meet a condition. */
  readonly deleteCopies: (table: Table, columns: readonly string[], key: string, condition: string) => string;
  /** UPDATE of a column with what another table holds in one of the same name, beside the key. Names are written as SQL. */
  readonly fillFrom: (table: Table, source: Table, column: string, keys: { readonly own: string; readonly other: string }) => string;
  /** A value as a text. */
  readonly asText: (value: string) => string;
  /** The beginning of a subquery that asks whether there is a row. */
  readonly anyRow: string;
  /** Values that mean "nothing" and are not NULL, by type; undefined where none is known. */
  readonly neutralValue: (type: string) => string | undefined;
  /** The length of a text type, where it has one. */
  readonly textLength: (type: string) => number | undefined;
}

export interface Pointer {
  readonly child: Table;
  readonly column: string;
  readonly target: string;
}

export function sessionWordsOf(engine: Engine): SessionWords {
  return engine.name === 'mongodb' ? mongodbSessions : recoveryDialectOf(engine);
}

/** Of an engine with tables and SQL. */
export function recoveryDialectOf(engine: Engine): RecoveryDialect {
  return isMysqlFamily(engine) ? mysqlDialect : postgresDialect;
}
