import { type ProgramExecution, requestsOf, type Statement } from '../model/migration';
import type { Operation } from '../model/operation';

type Control = Extract<Operation, { kind: 'transaction' }>;

/**
 * What ROLLBACK and ROLLBACK TO take a program of PostgreSQL back to. `S` is any value that tells how far it has come. A statement that
 * fails can't be known of: all are taken to succeed. A ROLLBACK in a DO block stands behind a condition, and is taken for one not met.
 */
export class TransactionCourse<S> {
  /** A transaction block, the framework's own included, or the implicit one of several statements in one request. */
  private open: { readonly isBlock: boolean; readonly start: S } | undefined;
  private savepoints: readonly { readonly name: string; readonly state: S }[] = [];
  private readonly requestOf = new Map<number, readonly number[]>();
  private request: readonly number[] | undefined;

  constructor(statements: readonly Statement[], execution: ProgramExecution | undefined, start: S) {
    if (execution === undefined) return;
    if (execution.wrapped) this.open = { isBlock: true, start };
    for (const request of requestsOf({ statements, execution })) for (const number of request) this.requestOf.set(number, request);
  }

  get isInTransaction(): boolean {
    return this.open !== undefined;
  }

  /** Goes past a statement. Returns the state that it leads back to, if it does; `state` is the one before it. */
  step(statement: Statement, state: () => S): S | undefined {
    const request = this.requestOf.get(statement.index);
    if (request !== this.request && this.open?.isBlock === false) this.open = undefined;
    this.request = request;
    if (this.open === undefined && request !== undefined && request.length > 1) this.open = { isBlock: false, start: state() };
    const control = controlOf(statement);
    return control === undefined ? undefined : this.follow(control, state);
  }

  private follow({ action, chain, savepoint }: Control, state: () => S): S | undefined {
    const place = this.savepoints.findLastIndex(({ name }) => name === savepoint);
    switch (action) {
      case 'begin':
        // What stands before it in the same request becomes part of the block (manual, "Multiple Statements in a Simple Query").
        if (this.open?.isBlock !== true) this.open = { isBlock: true, start: this.open?.start ?? state() };
        return undefined;
      case 'commit':
      case 'prepare':
        this.end(chain === true ? state : undefined);
        return undefined;
      case 'rollback': {
        const start = this.open?.start;
        this.end(chain === true && start !== undefined ? () => start : undefined);
        return start;
      }
      case 'savepoint':
        if (this.open?.isBlock === true) this.savepoints = [...this.savepoints, { name: savepoint ?? '', state: state() }];
        return undefined;
      case 'release':
        if (place !== -1) this.savepoints = this.savepoints.slice(0, place);
        return undefined;
      case 'rollback to':
        if (place === -1) return undefined;
        // The savepoint itself stays (manual, ROLLBACK TO SAVEPOINT).
        this.savepoints = this.savepoints.slice(0, place + 1);
        return this.savepoints.at(-1)?.state;
      case 'other':
        return undefined;
    }
  }

  /** AND CHAIN begins the next transaction at once. */
  private end(next: (() => S) | undefined): void {
    const chained = next !== undefined && this.open?.isBlock === true;
    this.open = chained ? { isBlock: true, start: next() } : undefined;
    this.savepoints = [];
  }
}

function controlOf({ operations }: Statement): Control | undefined {
  return operations.find((operation) => operation.kind === 'transaction');
}

/** Is anything of this taken back? Nothing need be remembered where it is not. */
export function takesBack(statements: readonly Statement[]): boolean {
  return statements.some((statement) => {
    const action = controlOf(statement)?.action;
    return action === 'rollback' || action === 'rollback to';
  });
}

/** The statements of a program whose effects stay: all but those that a ROLLBACK takes back. */
export function lastingStatements({
  statements,
  execution,
}: {
  readonly statements: readonly Statement[];
  readonly execution: ProgramExecution;
}): readonly Statement[] {
  if (!takesBack(statements)) return statements;
  let lasting: readonly Statement[] = [];
  const course = new TransactionCourse(statements, execution, lasting);
  for (const statement of statements) {
    const back = course.step(statement, () => lasting);
    lasting = back ?? [...lasting, statement];
  }
  return lasting;
}
