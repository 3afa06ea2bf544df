import { type Engine, isMysqlFamily } from '../model/engine';
import type { Statement } from '../model/migration';
import type { CostClass, PlannedLock, PlannedStatement } from '../model/plan';
import { keptInPart } from '../plan/mongodb/writes';
import { commitsInside } from '../plan/transactional';

/** What is known of one statement before it is run, as far as it matters for a fault that strikes while it runs. */
export interface CourseStatement {
  /** From 1. */
  readonly index: number;
  /** With its operations and its text. */
  readonly statement: Statement;
  readonly cost: CostClass;
  /** On relations that the text names. */
  readonly locks: readonly PlannedLock[];
  /**
   * What the server does with it when it is interrupted. `undone`: all of it. `kept in part`: it commits on its way, so that what was
   * committed stays; inside a transaction block it can't.
   */
  readonly interrupted: 'undone' | 'kept in part';
  /** It may leave something that no rollback takes back: a sequence that was set, a number that was drawn. */
  readonly escapes: boolean;
  /** MySQL, MariaDB: the storage engine without transactions that it writes rows to, each of which stays. */
  readonly keepsRows?: string;
  /** MySQL, MariaDB: it commits what is open when it comes, even where it is refused then. */
  readonly commitsImplicitly: boolean;
  /** Numbers of the statements that are sent in the same request, this one among them. */
  readonly request: readonly number[];
}

export function courseStatement(planned: PlannedStatement, request: readonly number[], engine: Engine): CourseStatement {
  const { statement, cost, locks } = planned;
  return {
    index: statement.index,
    statement,
    cost,
    locks,
    ...nature(planned, engine),
    commitsImplicitly: planned.commits === true,
    ...(planned.keepsRows !== undefined && { keepsRows: planned.keepsRows }),
    request,
  };
}

function nature(
  { statement, transactional, keepsRows }: PlannedStatement,
  engine: Engine,
): Pick<CourseStatement, 'interrupted' | 'escapes'> {
  if (engine.name === 'mongodb') return { interrupted: keptInPart(statement) ? 'kept in part' : 'undone', escapes: false };
  if (keepsRows !== undefined) return { interrupted: 'kept in part', escapes: true };
  const isMysql = isMysqlFamily(engine);
  const isUndone = transactional && !(isMysql ? mayCommitInside(statement) : commitsInside(statement));
  return { interrupted: isUndone ? 'undone' : 'kept in part', escapes: isMysql ? drawsNumbers(statement) : escapes(statement) };
}

/** True for BEGIN, COMMIT, SET and the like: they are over at once, and either done or not. */
export function isInstant({ operations }: Statement): boolean {
  return operations.length > 0 && operations.every(({ kind }) => kind === 'transaction' || kind === 'set' || kind === 'use');
}

/**
 * As `commitsInside`, for MySQL and MariaDB: what runs a body or a text that only the server knows, and what drops several objects, each for itself
 * (manual of MariaDB, "Atomic DDL").
 */
function mayCommitInside({ operations, unreadable }: Statement): boolean {
  if (unreadable !== undefined) return true;
  const drops = operations.filter(({ kind }) => kind === 'drop object');
  return drops.length > 1 || operations.some(({ kind }) => kind === 'call' || kind === 'do block' || kind === 'prepared statement');
}

/** What takes numbers of AUTO_INCREMENT: they are not given back (manual, "AUTO_INCREMENT Handling in InnoDB"). */
function drawsNumbers({ operations }: Statement): boolean {
  return operations.some(({ kind }) => ['insert', 'merge', 'copy', 'call', 'do block', 'prepared statement', 'select'].includes(kind));
}

/** Functions that change nothing, or nothing that a rollback would not take back. */
const harmlessFunctions: ReadonlySet<string> = new Set([
  ...['count', 'sum', 'min', 'max', 'avg', 'now', 'coalesce', 'current_setting', 'set_config', 'pg_sleep', 'version', 'to_regclass'],
  ...['pg_advisory_lock', 'pg_advisory_xact_lock', 'pg_try_advisory_lock', 'pg_advisory_unlock', 'generate_series'],
]);

/** Changes that stay when the transaction is undone: setval and nextval (manual, "Sequence Manipulation Functions"), and what goes to another server. */
const escapingCalls = /\b(setval|nextval|dblink\w*|execute|perform)\b/i;

function escapes({ operations }: Statement): boolean {
  return operations.some((operation) => {
    switch (operation.kind) {
      case 'select':
        return operation.functions.some((name) => !harmlessFunctions.has(name.toLowerCase().replace(/^pg_catalog\./, '')));
      case 'do block':
        return escapingCalls.test(operation.body);
      case 'call':
        return true;
      default:
        return false;
    }
  });
}
