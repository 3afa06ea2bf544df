import type { Point } from '../../model/fault';
import type { Statement } from '../../model/migration';
import { type Course, committedAt, leftKey, progressAt, runningAt, staysInPart, transactionOf } from '../course';
import { isInstant } from '../course-statement';
import type { FaultKind } from './kind';

/** Why nothing can strike while this statement runs; undefined when something can, and at every other kind of point. */
export function nothingToBeInside(course: Course, point: Point): string | undefined {
  const running = runningAt(course, point);
  return running !== undefined && isInstant(running.statement) ? instantReason(running.statement) : undefined;
}

/** As `nothingToBeInside`, for what ends a statement midway: rows of a table without transactions can't be held one behind the other. */
export function nothingToEndMidway(course: Course, point: Point): string | undefined {
  const storage = runningAt(course, point)?.keepsRows;
  return storage === undefined ? nothingToBeInside(course, point) : keptReason(storage);
}

function keptReason(storage: string): string {
  return `It writes to a table of ${storage}, which knows no transactions: whatever ends it midway leaves the rows that it has written so far. How many these are can't be shown, for nothing holds the server between two of them.`;
}

function instantReason({ operations }: Statement): string {
  const commits = operations.some((operation) => operation.kind === 'transaction' && operation.action === 'commit');
  return commits
    ? 'A COMMIT is carried out or it is not: there is nothing to be inside of.'
    : 'The statement is over at once: there is nothing to be inside of.';
}

/** What a fault needs that the server itself raises while it executes a statement, and that makes the statement fail. */
export interface OwnFailure {
  readonly name: FaultKind['name'];
  readonly happened: string;
  /** Why this statement can't meet it; undefined when it may. */
  spared?(course: Course, point: Point): string | undefined;
  /** Whether it can strike depends on what the transaction holds already, which only running it shows: no cell answers for another. */
  readonly eachForItself?: boolean;
}

/**
 * A failure of the statement's own execution: it strikes while the statement runs and nowhere else. The statement fails, and the framework
 * reacts on a connection that still works.
 */
export function ownFailure({ name, happened, spared, eachForItself = false }: OwnFailure): FaultKind {
  return {
    name,
    happened,
    impossible(course, point) {
      if (point.kind !== 'during') return onlyInside(course, point);
      return nothingToBeInside(course, point) ?? spared?.(course, point);
    },
    completed: committedAt,
    equivalence(course, point) {
      const running = runningAt(course, point);
      if (running === undefined || eachForItself || running.escapes || staysInPart(course, running)) return undefined;
      const transaction = transactionOf(course, running.index);
      if (transaction === undefined) return undefined;
      // A transaction in which any statement fails is undone as a whole, whichever statement it was.
      return `transaction ${transaction.index} aborted: ${leftKey(course, committedAt(course, point), progressAt(course, point).done)}`;
    },
  };
}

function onlyInside(course: Course, { statement }: Point): string {
  const where = statement === undefined || statement > course.statementCount ? 'during' : `during:${statement}`;
  return `It strikes while a statement runs: see ${where}.`;
}
