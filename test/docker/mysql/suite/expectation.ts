import { cellId, type FaultName, type Point } from '../../../../src/model/fault';
import { cellsOf, type Expectations, normal } from '../../../suite/expectation';
import type { MysqlCase } from './case';

/**
 * What every cell of a case's matrix must come to, from what the manuals say ("Statements That Cause an Implicit Commit", "Atomic Data
 * Definition Statement Support"), independent of how the product foresees it. The words are those of the suite for PostgreSQL.
 *
 * Plain SQL alone: the client sends statement by statement with autocommit on. A statement that defines something commits what is open
 * before it begins, even when it is then refused, and commits itself.
 */
export function expectationsOf(
  suiteCase: MysqlCase,
  texts: readonly string[],
  faults: readonly FaultName[],
  engine: 'mysql' | 'mariadb',
): Expectations {
  const course = new Course(suiteCase, texts, engine);
  const points = course.points();
  const expected: Record<string, string> = {};
  for (const fault of faults) {
    for (const point of points) {
      const left = course.left(fault, point);
      const said = fault === 'dirty-data' && point.kind === 'during' ? suiteCase.dirty?.[point.statement ?? 0] : undefined;
      expected[cellId(fault, point)] = left === undefined ? 'impossible' : normal(said ?? course.verdict(left));
    }
  }
  for (const [pattern, text] of Object.entries(suiteCase.except ?? {})) {
    const ids = cellsOf(pattern, points, faults);
    // What can't be is passed over where a pattern speaks of many.
    const possible = ids.filter((id) => expected[id] !== 'impossible');
    for (const id of possible.length === 0 ? ids : possible) expected[id] = normal(text);
  }
  return expected;
}

/** What is left when a fault has struck: so many leading statements; and whether the server's half of the connection still holds something. */
interface Left {
  readonly statements: number;
  readonly held?: boolean;
}

/** Kinds that are a statement's own failure: they strike while it runs, and the client gets to hear of it. */
const ownFailures: readonly FaultName[] = ['lock-timeout', 'statement-timeout', 'deadlock', 'dirty-data'];

/** Over at once: there is no inside. */
const instant = /^(begin|start transaction|commit|rollback|set|do|xa)\b/i;

/** Manual, "Statements That Cause an Implicit Commit". */
const defines = /^(create|alter|drop|rename|truncate|analyze|optimize|grant|revoke|lock tables)\b/i;

/** Makes something new and names no table that is there. */
const touchesNothing = /^((create|drop) (procedure|function|event)\b|create table\b(?!.*\b(references|like|select)\b))/is;

/** Locks row after row of a table that other sessions use. */
const writesRows = /^(update|delete)\b/i;

class Course {
  constructor(
    private readonly suiteCase: MysqlCase,
    private readonly texts: readonly string[],
    private readonly engine: 'mysql' | 'mariadb',
  ) {}

  private get count(): number {
    return this.texts.length;
  }

  points(): readonly Point[] {
    const points: Point[] = [{ kind: 'start' }];
    for (let statement = 1; statement <= this.count; statement++) {
      for (const kind of ['before', 'during', 'after'] as const) points.push({ kind, statement });
    }
    return points;
  }

  /** The statement begins by committing what is open. */
  private commitsFirst(statement: number): boolean {
    return defines.test(this.text(statement));
  }

  private text(statement: number): string {
    return this.texts[statement - 1] ?? '';
  }

  /** How many statements stay when so many have run and no more are received. */
  private committed(done: number): number {
    let [isOpen, committed] = [false, 0];
    for (let statement = 1; statement <= done; statement++) {
      const text = this.text(statement);
      if (/^(begin|start transaction|xa start)\b/i.test(text)) isOpen = true;
      // What is prepared is nobody's any more, and still not done: it stays undone until XA COMMIT.
      else if (/^(commit|xa commit)\b/i.test(text) || this.commitsFirst(statement)) isOpen = false;
      if (!isOpen) committed = statement;
    }
    return committed;
  }

  /** The session is inside a transaction that has done something: a BEGIN alone holds nothing. */
  private holdsLocks(done: number): boolean {
    return this.committed(done) < done - 1;
  }

  /** Whether there is an inside at this point, and for these kinds a reason to fail there. */
  private isPossible(fault: FaultName, { kind, statement = 0 }: Point): boolean {
    if (kind !== 'during') return true;
    const { alone, circles, dirty, idle = [] } = this.suiteCase;
    const text = this.text(statement);
    if (instant.test(text) || fault === 'error') return false;
    const waits = !idle.includes(statement);
    switch (fault) {
      case 'disconnect':
      case 'lost-ack':
        return true;
      case 'lock-timeout':
        return waits && !(alone?.includes(statement) ?? touchesNothing.test(text));
      case 'statement-timeout':
        // max_execution_time of MySQL is for SELECT alone; max_statement_time of MariaDB is for every statement that takes its time.
        return this.engine === 'mariadb' && waits && !(alone?.includes(statement) ?? touchesNothing.test(text));
      case 'deadlock':
        return circles?.includes(statement) ?? (writesRows.test(text) && waits);
      case 'dirty-data':
        return dirty?.[statement] !== undefined;
      case 'disk-full':
        return false;
      default:
        return waits;
    }
  }

  left(fault: FaultName, point: Point): Left | undefined {
    if (!this.isPossible(fault, point)) return undefined;
    const { kind, statement = 0 } = point;
    const isReceived = kind === 'during' && this.commitsFirst(statement);
    const before = isReceived ? statement - 1 : this.committed(statement - 1);
    const after = this.committed(statement);
    switch (fault) {
      case 'error':
        if (kind === 'start' || kind === 'after') return undefined;
        return { statements: this.commitsFirst(statement) ? statement - 1 : this.committed(statement - 1) };
      case 'crash':
      case 'kill-session':
        return { statements: kind === 'after' ? after : kind === 'start' ? 0 : before };
      case 'disconnect':
        return { statements: kind === 'start' ? 0 : kind === 'before' ? before : after };
      case 'lost-ack':
        if (kind === 'start' || kind === 'before') return undefined;
        return { statements: after, held: this.holdsLocks(statement) };
      default:
        return ownFailures.includes(fault) && kind === 'during' ? { statements: before } : undefined;
    }
  }

  verdict({ statements, held }: Left): string {
    const base = this.stays(statements);
    return held === true ? `stuck ${base.split(' ').slice(1).join(' ')}` : base;
  }

  private stays(statements: number): string {
    if (statements === 0) return 'rolled-back';
    const said = this.suiteCase.stays?.[statements];
    if (said !== undefined) return said;
    // What comes before it is no change by itself: settings, a BEGIN.
    if (this.texts.slice(0, statements).every((text) => instant.test(text) || /^select\b/i.test(text))) return 'rolled-back';
    if (this.texts.slice(statements).every((text) => instant.test(text) || /^select\b/i.test(text))) return 'complete';
    if (statements < this.count)
      throw new Error(`The case does not say what it means that ${statements} of ${this.count} statements stay.`);
    return 'complete';
  }
}
