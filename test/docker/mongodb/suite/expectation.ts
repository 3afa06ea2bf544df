import { cellId, type FaultName, type Point } from '../../../../src/model/fault';
import { cellsOf, type Expectations, normal } from '../../../suite/expectation';
import type { MongodbCase } from './case';

/**
 * What every cell of a case's matrix must come to, from what the manuals say ("Retryable Writes", "Atomicity and Transactions"), independent of
 * how the product foresees it. The words are those of the suite for PostgreSQL.
 *
 * Every command outside of a transaction stays as it ends, and of one with many writes those that are done. A session that is ended has nothing
 * to lose but its transaction, and a driver begins another one. migrate-mongo writes its changelog when `up` has returned. A client that is gone
 * sends nothing again by itself; one that lost its connection sends a retryable write once more, and the server knows whether it is done.
 */
export function expectationsOf(suiteCase: MongodbCase, texts: readonly string[], faults: readonly FaultName[]): Expectations {
  const course = new Course(suiteCase, texts);
  const points = course.points();
  const expected: Record<string, string> = {};
  for (const fault of faults) {
    for (const point of points) {
      const said = fault === 'dirty-data' && point.kind === 'during' ? suiteCase.dirty?.[point.statement ?? 0] : undefined;
      const verdict = said ?? course.ending(fault, point);
      expected[cellId(fault, point)] = verdict === undefined ? 'impossible' : normal(verdict);
    }
  }
  for (const [pattern, text] of Object.entries(suiteCase.except ?? {})) {
    const ids = cellsOf(pattern, points, faults);
    const possible = ids.filter((id) => expected[id] !== 'impossible');
    for (const id of possible.length === 0 ? ids : possible) expected[id] = normal(text);
  }
  return expected;
}

/** Commands with many writes, of which some may be done. */
const many = /\.(insertMany|updateMany|deleteMany|bulkWrite)\(/;

/** Manual, "Retryable Write Operations": what writes single documents, and bulks of these. */
const retryable = /\.(insertOne|insertMany|updateOne|replaceOne|deleteOne|findOneAndUpdate|findOneAndReplace|findOneAndDelete|bulkWrite)\(/;

class Course {
  constructor(
    private readonly suiteCase: MongodbCase,
    private readonly texts: readonly string[],
  ) {}

  private get count(): number {
    return this.texts.length;
  }

  private get records(): boolean {
    return this.suiteCase.script === undefined && this.suiteCase.failsAt === undefined;
  }

  points(): readonly Point[] {
    const points: Point[] = [{ kind: 'start' }];
    const { transaction = [] } = this.suiteCase;
    for (let statement = 1; statement <= this.count; statement++) {
      for (const kind of ['before', 'during', 'after'] as const) points.push({ kind, statement });
      if (transaction.at(-1) === statement) points.push({ kind: 'commit', statement });
    }
    if (this.records) points.push({ kind: 'unrecorded' });
    return points;
  }

  /** A write conflict in it ends its transaction, and the driver begins it again. */
  private get beginsAgain(): boolean {
    return this.suiteCase.up?.includes('withTransaction') === true;
  }

  /** Its transaction is open, and nobody begins it again. */
  private losesTransaction(kind: Point['kind'], statement: number): boolean {
    if (!this.isInTransaction(statement) || this.beginsAgain) return false;
    return kind === 'after' || (kind === 'before' && this.isInTransaction(statement - 1));
  }

  private isInTransaction(statement: number): boolean {
    return this.suiteCase.transaction?.includes(statement) === true;
  }

  private hasHalf(statement: number): boolean {
    return many.test(this.text(statement)) && this.suiteCase.whole?.includes(statement) !== true;
  }

  private text(statement: number): string {
    return this.texts[statement - 1] ?? '';
  }

  /** What goes on ends where the migration fails by itself, and nothing strikes behind that. */
  ending(fault: FaultName, point: Point): string | undefined {
    const { failsAt } = this.suiteCase;
    const verdict = this.verdict(fault, point);
    if (failsAt === undefined) return verdict;
    if (point.statement === failsAt && point.kind === 'after') return undefined;
    // A crash and a timeout are before the failure; all others find nothing to be inside of.
    if (point.statement === failsAt && point.kind === 'during' && fault !== 'crash' && fault !== 'statement-timeout') return undefined;
    return verdict === 'complete' ? this.stays(failsAt - 1) : verdict;
  }

  private verdict(fault: FaultName, { kind, statement: named }: Point): string | undefined {
    const statement = kind === 'start' ? 1 : (named ?? this.count + 1);
    const isInside = kind === 'during';
    switch (fault) {
      case 'error':
        return ['start', 'during', 'after'].includes(kind) ? undefined : this.stays(this.refusedAt(kind, statement));
      case 'crash':
        return isInside ? this.inside(statement) : this.stays(this.doneAt(kind, statement));
      case 'disconnect':
        return this.stays(this.doneAt(kind, statement));
      case 'lost-ack':
        return kind === 'start' || kind === 'before' || kind === 'unrecorded' ? undefined : this.unheard(kind, statement);
      case 'kill-session':
        // Where a single write or a build is can't be seen from outside.
        if (isInside) return this.hasHalf(statement) ? this.inside(statement) : undefined;
        return this.losesTransaction(kind, statement) ? this.stays(this.committed(statement - 1)) : 'complete';
      case 'statement-timeout':
        return isInside && this.suiteCase.idle?.includes(statement) !== true ? this.inside(statement) : undefined;
      case 'lock-timeout':
        return isInside && this.suiteCase.alone?.includes(statement) !== true ? this.conflict(statement) : undefined;
      default:
        return undefined;
    }
  }

  /** Another transaction has written a document that the statement writes. */
  private conflict(statement: number): string {
    return this.isInTransaction(statement) && this.beginsAgain ? 'complete' : this.inside(statement);
  }

  /** The answer is lost, and the connection with it: what the driver may send again, and a commit, goes on to the end. */
  private unheard(kind: Point['kind'], statement: number): string {
    if (kind === 'commit') return 'complete';
    const text = this.text(statement);
    // withTransaction begins again what a lost connection has ended (driver, "Transactions").
    const isSentAgain = this.isInTransaction(statement) ? this.beginsAgain : retryable.test(text) && !/(updateMany|deleteMany):/.test(text);
    return isSentAgain ? 'complete' : this.stays(this.doneAt(kind, statement));
  }

  /** A commit that is refused commits nothing. */
  private refusedAt(kind: Point['kind'], statement: number): number {
    return kind === 'unrecorded' ? this.count : this.committed(statement - 1);
  }

  /** How many statements stay when the server has come to this point and no further. */
  private doneAt(kind: Point['kind'], statement: number): number {
    if (kind === 'commit') return statement;
    if (kind === 'unrecorded') return this.count;
    return this.committed(kind === 'after' || kind === 'during' ? statement : statement - 1);
  }

  /** How many statements stay when so many are done. */
  private committed(done: number): number {
    const { transaction = [] } = this.suiteCase;
    const [first = 0] = transaction;
    const last = transaction.at(-1) ?? 0;
    return done >= first && done <= last && first > 0 ? first - 1 : done;
  }

  /** The server is stopped in the middle of a statement: half of its writes are done, or nothing where it is one, or in a transaction. */
  private inside(statement: number): string {
    if (this.isInTransaction(statement) || !this.hasHalf(statement)) return this.stays(this.committed(statement - 1));
    const said = this.suiteCase.halves?.[statement];
    if (said === undefined) throw new Error(`The case does not say what it means that half of statement ${statement} is done.`);
    return said;
  }

  private stays(statements: number): string {
    if (statements === 0) return 'rolled-back';
    const said = this.suiteCase.stays?.[statements];
    if (said !== undefined) return said;
    if (statements < this.count)
      throw new Error(`The case does not say what it means that ${statements} of ${this.count} statements stay.`);
    return this.records ? 'unrecorded' : 'complete';
  }
}
