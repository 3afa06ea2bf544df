import type { Engine } from '../model/engine';
import type { Point } from '../model/fault';
import type { Program } from '../model/migration';
import type { ExecutionPlan, PlannedTransaction } from '../model/plan';
import type { RunStep } from '../model/run-protocol';
import { type CourseStatement, courseStatement } from './course-statement';

/** What the points of one migration are made of: its statements, its transactions, and what its framework sends around them. */
export interface Course {
  readonly engine: Engine;
  readonly statementCount: number;
  /** In order: statement k is at position k - 1. */
  readonly statements: readonly CourseStatement[];
  readonly transactions: readonly PlannedTransaction[];
  /** The framework writes a history row (or clears a dirty flag) when all statements are done. */
  readonly recordsAfterwards: boolean;
  /** That write is inside the last transaction, and commits with it. */
  readonly recordsInTransaction: boolean;
  readonly unlocks: boolean;
  /** For each statement, how often the framework had committed something of its own when it was sent, and when its transaction had ended. */
  readonly records: readonly { readonly before: number; readonly committed: number }[];
  /** The framework writes or locks something before the first statement, so that `start` and `before 1` are different states. */
  readonly preparesBeforehand: boolean;
}

/** The course of `program` under its plan, with the steps that its framework takes. */
export function courseOf(program: Program, plan: ExecutionPlan, steps: readonly RunStep[]): Course {
  const lastStatements = steps.findLastIndex((step) => step.kind === 'statements');
  const firstStatements = steps.findIndex((step) => step.kind === 'statements');
  const record = steps.findIndex((step, position) => step.kind === 'record' && position > lastStatements);
  const commit = steps.findIndex((step, position) => step.kind === 'commit' && position > lastStatements);
  const requests = steps.flatMap((step) => (step.kind === 'statements' ? [step.statements] : []));
  const requestOf = (index: number): readonly number[] => requests.find((request) => request.includes(index)) ?? [index];
  // A statement that commits implicitly takes the framework's transaction with it: what the framework writes then commits by itself.
  const isWrappedToTheEnd = plan.engine.name === 'postgres' || plan.transactions.at(-1)?.kind === 'framework';
  return {
    engine: plan.engine,
    statementCount: program.statements.length,
    statements: plan.statements.map((planned) => courseStatement(planned, requestOf(planned.statement.index), plan.engine)),
    transactions: plan.transactions,
    recordsAfterwards: record !== -1,
    recordsInTransaction: record !== -1 && commit > record && isWrappedToTheEnd,
    unlocks: steps.some((step, position) => step.kind === 'unlock' && position > lastStatements),
    records: program.statements.map(({ index }) => recordsAround(steps, index)),
    preparesBeforehand: steps.slice(0, Math.max(firstStatements, 0)).some((step) => step.kind !== 'check' && step.kind !== 'begin'),
  };
}

/** What the framework writes in an open transaction counts from its COMMIT on. */
function recordsAround(steps: readonly RunStep[], index: number): Course['records'][number] {
  let [committed, open, before] = [0, 0, 0];
  let [isOpen, isSent] = [false, false];
  for (const step of steps) {
    if (step.kind === 'begin') isOpen = true;
    else if (step.kind === 'commit') [committed, open, isOpen] = [committed + open, 0, false];
    else if (step.kind === 'statements' && step.statements.includes(index)) [before, isSent] = [committed, true];
    else if (step.kind !== 'statements' && step.kind !== 'check')
      [committed, open] = isOpen ? [committed, open + 1] : [committed + 1, open];
    // The end of its transaction, or of its request where it has none.
    if (isSent && (!isOpen || step.kind === 'commit')) break;
  }
  return { before, committed };
}

/** How often the framework has committed something of its own at a point between or inside of statements. */
export function recordsAt(course: Course, { kind, statement }: Point): number | undefined {
  const records = statement === undefined ? undefined : course.records[statement - 1];
  return kind === 'commit' ? records?.committed : records?.before;
}

/** The transaction that statement `index` runs in. */
export function transactionOf(course: Course, index: number): PlannedTransaction | undefined {
  return course.transactions.find((transaction) => transaction.statements.includes(index));
}

/** Statement `index`, where the course has it. */
function statementOf(course: Course, index: number | undefined): CourseStatement | undefined {
  return index === undefined ? undefined : course.statements[index - 1];
}

/** The statement that the server is executing at a point; undefined at the points between statements. */
export function runningAt(course: Course, point: Point): CourseStatement | undefined {
  return point.kind === 'during' ? statementOf(course, point.statement) : undefined;
}

/** The number of the last statement in the request that sends statement `index`. */
export function lastOfRequest(course: Course, index: number): number {
  return statementOf(course, index)?.request.at(-1) ?? index;
}

/** True when a part of the statement stays when it is interrupted: it commits on its way, and no transaction block keeps it from that. */
export function staysInPart(course: Course, { index, interrupted }: CourseStatement): boolean {
  return interrupted === 'kept in part' && transactionOf(course, index)?.kind === 'autocommit';
}

/** The number of the last statement in a transaction. */
function lastStatementOf(transaction: PlannedTransaction): number {
  return transaction.statements[transaction.statements.length - 1] ?? 0;
}

/** True when a transaction ends because the statement behind it commits implicitly, and not by a COMMIT of its own. */
function endsByNext(course: Course, transaction: PlannedTransaction): boolean {
  if (transaction.kind !== 'framework' && transaction.kind !== 'explicit') return false;
  return statementOf(course, lastStatementOf(transaction) + 1)?.commitsImplicitly === true;
}

/**
 * How many leading statements are committed when the server has finished `done` statements and received no more. A framework's
 * transaction is not: its COMMIT is a request of its own, which `commitDone` says has been carried out.
 */
export function committedStatements(course: Course, done: number, commitDone: boolean): number {
  let committed = 0;
  for (const transaction of course.transactions) {
    const last = lastStatementOf(transaction);
    if (last > done) break;
    const endsElsewhere = transaction.kind === 'framework' || endsByNext(course, transaction);
    if (endsElsewhere && last === done && !commitDone) break;
    committed = last;
  }
  return committed;
}

/**
 * Of statements that the server finished, those that stay: committed by themselves, or in a transaction whose end is among them. Code for MongoDB may
 * send several without waiting (`Promise.all`), so that one behind the interrupted one can be done; elsewhere they wait for each other.
 */
export function keptStatements({ engine, transactions }: Course, finished: ReadonlySet<number>): readonly number[] {
  if (engine.name !== 'mongodb') return [];
  return transactions.flatMap(({ kind, statements }) => {
    if (kind === 'autocommit') return statements.filter((index) => finished.has(index));
    const last = statements.at(-1);
    return kind === 'explicit' && last !== undefined && finished.has(last) ? statements : [];
  });
}

/** How far the server has come at a point: statements finished, and whether the transaction of the last one has committed. */
export function progressAt(course: Course, point: Point): { readonly done: number; readonly commitDone: boolean } {
  const statement = point.statement ?? 0;
  switch (point.kind) {
    case 'start':
      return { done: 0, commitDone: false };
    case 'before': {
      // The framework commits one transaction before it begins the next. A statement that commits implicitly does so when it has come.
      const previous = transactionOf(course, statement - 1);
      const ended = transactionOf(course, statement) !== previous && !(previous && endsByNext(course, previous));
      return { done: statement - 1, commitDone: ended };
    }
    case 'during':
      return { done: statement - 1, commitDone: transactionOf(course, statement) !== transactionOf(course, statement - 1) };
    case 'after':
      return { done: statement, commitDone: false };
    case 'commit':
      return { done: statement, commitDone: true };
    case 'unrecorded':
      return { done: course.statementCount, commitDone: !course.recordsInTransaction };
    case 'unlock':
      return { done: course.statementCount, commitDone: true };
  }
}

/** Every point of a course, in the order in which the execution comes by. */
export function pointsOf(course: Course): readonly Point[] {
  const points: Point[] = [{ kind: 'start' }];
  for (let statement = 1; statement <= course.statementCount; statement++) {
    points.push({ kind: 'before', statement }, { kind: 'during', statement }, { kind: 'after', statement });
    const transaction = transactionOf(course, statement);
    const commits = transaction?.kind === 'framework' && lastStatementOf(transaction) === statement && !endsByNext(course, transaction);
    if (commits && !(course.recordsInTransaction && statement === course.statementCount)) points.push({ kind: 'commit', statement });
  }
  if (course.recordsAfterwards) points.push({ kind: 'unrecorded' });
  if (course.recordsInTransaction) points.push({ kind: 'commit', statement: course.statementCount });
  if (course.unlocks) points.push({ kind: 'unlock' });
  return points;
}

/** How many leading statements are committed at a point; of one that the server is executing, what it has committed on its way apart. */
export function committedAt(course: Course, point: Point): number {
  const { done, commitDone } = progressAt(course, point);
  return committedStatements(course, done, commitDone);
}

/** Whether the history write has committed at this point, together with the statements. */
export function recordedAt(course: Course, point: Point): boolean {
  return point.kind === 'commit' && course.recordsInTransaction && point.statement === course.statementCount;
}

/**
 * A key for the state that an undone transaction leaves at a point, when the server has finished `done` statements and `committed` of
 * them stay: the same key, the same state. What no rollback takes back of the others is part of it.
 */
export function leftKey(course: Course, committed: number, done: number): string {
  const escaped = course.statements.filter(({ index, escapes }) => escapes && index > committed && index <= done).map(({ index }) => index);
  return `committed ${committed}${escaped.length === 0 ? '' : `, and what escaped of ${escaped.join(', ')}`}`;
}
