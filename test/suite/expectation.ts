import { cellId, type FaultName, type Point } from '../../src/model/fault';
import type { SuiteCase } from './case';

/**
 * What every cell of a case's matrix must come to, from what the documentations say and independent of how the product foresees it. Per
 * cell a verdict, and where there is something to recover from, how the plans must end: `back+` verified, `back~` verified in all but
 * what it says is lost, `back-` not verified. Both are `+` where nothing is said.
 */
export type Expectations = Readonly<Record<string, string>>;

/** What a framework does around the statements (table of bookkeeping in docs/frameworks.md). */
interface Habits {
  /** Opens a transaction around the file. */
  readonly wraps: boolean;
  /** Sends the file as one request: one transaction, which commits as the request ends. */
  readonly oneRequest: boolean;
  /** Writes that it begins, and that stays whatever becomes of the statements: a dirty flag, an unfinished row. */
  readonly recordsBegin: boolean;
  /** Writes a failure down when a statement is refused. */
  readonly recordsFailure: boolean;
  /** Where the migration is recorded as applied. */
  readonly records: 'never' | 'in the transaction' | 'afterwards';
  /** Holds an advisory lock of its session all the while; `unlocks` when it gives that back by a request of its own. */
  readonly locks: boolean;
  readonly unlocks: boolean;
}

const none: Habits = {
  wraps: false,
  oneRequest: false,
  recordsBegin: false,
  recordsFailure: false,
  records: 'never',
  locks: false,
  unlocks: false,
};

function habitsOf({ framework = 'sql', transaction = framework !== 'sql' }: SuiteCase): Habits {
  switch (framework) {
    case 'sql':
      return { ...none, wraps: transaction === true };
    case 'flyway':
      return {
        ...none,
        wraps: transaction === true,
        recordsFailure: transaction !== true,
        records: 'afterwards',
        locks: true,
        unlocks: true,
      };
    case 'golang-migrate':
      return { ...none, oneRequest: true, recordsBegin: true, records: 'afterwards', locks: true, unlocks: true };
    case 'prisma':
      return { ...none, oneRequest: true, recordsBegin: true, records: 'afterwards', locks: true };
    case 'dbmate':
      if (transaction !== true) return { ...none, oneRequest: true, records: 'afterwards' };
      return { ...none, wraps: true, records: 'in the transaction' };
    case 'supabase':
    case 'drizzle':
      return { ...none, wraps: true, records: 'in the transaction' };
    case 'sqlx':
      if (transaction !== true) return { ...none, oneRequest: true, records: 'afterwards', locks: true, unlocks: true };
      return { ...none, wraps: true, records: 'in the transaction', locks: true, unlocks: true };
    case 'sql-migrate':
    case 'goose':
      if (transaction !== true) return { ...none, records: 'afterwards' };
      return { ...none, wraps: true, records: 'in the transaction' };
    default:
      throw new Error(`Nothing is written down of what ${framework} does.`);
  }
}

/** What is left when a fault has struck: so many leading statements, and what the history says. */
interface Left {
  readonly statements: number;
  readonly history: 'clean' | 'begun' | 'failed' | 'recorded';
  /** The server's half of the connection is still there, with what it holds. */
  readonly held?: boolean;
}

/** Kinds that are a statement's own failure: they strike while it runs, and the framework gets to hear of it. */
const ownFailures: readonly FaultName[] = ['lock-timeout', 'statement-timeout', 'deadlock', 'disk-full', 'dirty-data'];

/** Over at once: there is no inside. */
const instant = /^(begin|start|commit|rollback|set|reset|discard|prepare transaction|commit prepared)\b/i;

/** Makes something new and names no table that is there. */
const touchesNothing =
  /^create (unlogged |temporary )?(table|type|domain|schema|extension|sequence|(or replace )?(function|procedure))\b(?!.*\b(references|like|inherits|from|partition)\b)/is;

/** Locks row after row, or waits for others while it has locked its table. */
const holdsAndWaits = /^(update|delete|merge|(create (unique )?index|reindex \w+) concurrently)\b/i;

class Course {
  readonly habits: Habits;
  readonly count: number;

  constructor(
    private readonly suiteCase: SuiteCase,
    private readonly texts: readonly string[],
    private readonly smallDisk: boolean,
  ) {
    this.count = texts.length;
    this.habits = habitsOf(suiteCase);
  }

  /** Whether there is an inside at this point, and for these kinds a reason to fail there. */
  private isPossible(fault: FaultName, { kind, statement = 0 }: Point): boolean {
    if (kind !== 'during') return true;
    const { alone, circles, dirty, idle = [] } = this.suiteCase;
    const text = this.texts[statement - 1] ?? '';
    if (instant.test(text) || fault === 'error') return false;
    const waits = !idle.includes(statement);
    switch (fault) {
      case 'disconnect':
      case 'lost-ack':
        return true;
      case 'lock-timeout':
        return waits && !(alone?.includes(statement) ?? touchesNothing.test(text));
      case 'deadlock':
        return circles?.includes(statement) ?? (this.commitsEach && holdsAndWaits.test(text));
      case 'dirty-data':
        return dirty?.[statement] !== undefined;
      case 'disk-full':
        return this.smallDisk && this.suiteCase.space?.includes(statement) === true;
      default:
        return waits;
    }
  }

  private get commitsEach(): boolean {
    return !this.habits.wraps && !this.habits.oneRequest && this.suiteCase.commits === undefined;
  }

  points(): readonly Point[] {
    const { wraps, records, unlocks } = this.habits;
    const points: Point[] = [{ kind: 'start' }];
    for (let statement = 1; statement <= this.count; statement++) {
      for (const kind of ['before', 'during', 'after'] as const) points.push({ kind, statement });
    }
    const commit: Point = { kind: 'commit', statement: this.count };
    if (wraps && records !== 'in the transaction') points.push(commit);
    if (records !== 'never') points.push({ kind: 'unrecorded' });
    if (wraps && records === 'in the transaction') points.push(commit);
    if (unlocks) points.push({ kind: 'unlock' });
    return points;
  }

  /** How many statements stay when so many have run and no more are received. */
  private committed(done: number): number {
    if (this.habits.wraps) return 0;
    if (this.habits.oneRequest) return done === this.count ? done : 0;
    const commits = this.suiteCase.commits;
    if (commits === undefined) return done;
    return Math.max(0, ...commits.filter((statement) => statement <= done));
  }

  /** The server is gone, or the session, with all that had not committed. */
  private cutOff(point: Point): Left {
    const { habits, count } = this;
    const begun = habits.recordsBegin ? 'begun' : 'clean';
    const statement = point.statement ?? 0;
    switch (point.kind) {
      case 'start':
        return { statements: 0, history: 'clean' };
      case 'before':
      case 'during':
        return { statements: this.committed(statement - 1), history: begun };
      case 'after':
        return { statements: this.committed(statement), history: begun };
      case 'commit':
        return { statements: count, history: habits.records === 'in the transaction' ? 'recorded' : begun };
      case 'unrecorded':
        return { statements: habits.records === 'in the transaction' ? 0 : count, history: begun };
      case 'unlock':
        return { statements: count, history: 'recorded' };
    }
  }

  /** The client is gone; the server finishes the request that it has, and only then notices. */
  private deserted(point: Point): Left {
    const left = this.cutOff(point);
    const statement = point.statement ?? 0;
    const received = point.kind === 'during' || (this.habits.oneRequest && point.kind === 'before' && statement > 1);
    if (this.habits.oneRequest && (received || point.kind === 'after')) return { ...left, statements: this.count };
    return received ? { ...left, statements: this.committed(statement) } : left;
  }

  /** A request is refused; the framework reacts on a connection that works. */
  private refused(point: Point): Left | undefined {
    const { habits } = this;
    if (point.kind === 'start' || point.kind === 'after') return undefined;
    if (point.kind === 'commit') return { statements: 0, history: 'clean' };
    const left = this.cutOff(point);
    return habits.recordsFailure && point.statement !== undefined ? { ...left, history: 'failed' } : left;
  }

  left(fault: FaultName, point: Point): Left | undefined {
    if (!this.isPossible(fault, point)) return undefined;
    switch (fault) {
      case 'error':
        return this.refused(point);
      case 'crash':
      case 'kill-session':
        return this.cutOff(point);
      case 'disconnect':
        return this.deserted(point);
      case 'lost-ack': {
        if (point.kind === 'start' || point.kind === 'before' || point.kind === 'unrecorded') return undefined;
        return { ...this.deserted(point), held: this.habits.locks || this.isOpen(point) };
      }
      default:
        return ownFailures.includes(fault) && point.kind === 'during' ? this.refused(point) : undefined;
    }
  }

  /** The session is inside a transaction that has done something, if only with locks. */
  private isOpen({ kind, statement = 0 }: Point): boolean {
    if ((kind !== 'after' && kind !== 'during') || this.habits.oneRequest) return false;
    // A BEGIN of the file's own takes no lock.
    return statement - this.committed(statement) > (this.habits.wraps ? 0 : 1);
  }
}

/**
 * The expectations of a case with these statements, for these kinds of faults, in a sandbox with or without a small disk. Throws where the case says something of a cell that
 * there is not.
 */
export function expectationsOf(
  suiteCase: SuiteCase,
  texts: readonly string[],
  faults: readonly FaultName[],
  smallDisk = false,
): Expectations {
  const course = new Course(suiteCase, texts, smallDisk);
  const points = course.points();
  const expected: Record<string, string> = {};
  for (const fault of faults) {
    for (const point of points) {
      const left = course.left(fault, point);
      const said = fault === 'dirty-data' && point.kind === 'during' ? suiteCase.dirty?.[point.statement ?? 0] : undefined;
      expected[cellId(fault, point)] = left === undefined ? 'impossible' : normal(said ?? verdictOf(suiteCase, course, left));
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

function verdictOf(suiteCase: SuiteCase, { count, habits }: Course, { statements, history, held }: Left): string {
  const base = stays(suiteCase, habits, count, statements, history);
  return held === true ? `stuck ${base.split(' ').slice(1).join(' ')}` : base;
}

function stays({ stays: told = {} }: SuiteCase, habits: Habits, count: number, statements: number, history: Left['history']): string {
  if (history === 'recorded') return 'complete';
  if (statements === 0) return history === 'clean' ? 'rolled-back' : 'blocked';
  const said = told[statements];
  if (said === undefined) {
    if (statements < count) throw new Error(`The case does not say what it means that ${statements} of ${count} statements stay.`);
    // Of what running it again does twice the case says so.
    return habits.records === 'never' ? 'complete' : 'unrecorded';
  }
  if (history !== 'failed') return said;
  // A retry is refused until the history is cleared; what it comes to then is what counts.
  const [verdict = '', ...plans] = said.split(' ');
  return [verdict === 'resumable' ? 'blocked' : 'broken', ...plans].join(' ');
}

/** `broken back~` as `broken back~ forward+`; a verdict from which there is nothing to recover has no plans. */
export function normal(text: string): string {
  const [verdict = '', ...plans] = text.split(' ').filter((word) => word !== '');
  if (verdict === 'rolled-back' || verdict === 'complete' || verdict === 'impossible') return verdict;
  const mark = (way: string) => plans.find((word) => word.startsWith(way)) ?? `${way}+`;
  return `${verdict} ${mark('back')} ${mark('forward')}`;
}

/** The cells that a pattern means: `crash,error@before:2..after:3`, `*@during:2`, `lost-ack@*`. */
export function cellsOf(pattern: string, points: readonly Point[], faults: readonly FaultName[]): readonly string[] {
  const [names = '', range = ''] = pattern.split('@');
  const text = (point: Point) => (point.statement === undefined ? point.kind : `${point.kind}:${point.statement}`);
  const position = (name: string): number => {
    const found = points.findIndex((point) => text(point) === name);
    if (found === -1) throw new Error(`There is no point ${name}, of which ${pattern} speaks.`);
    return found;
  };
  const [first = '', last = first] = range.split('..');
  const chosen = range === '*' ? points : points.slice(position(first), position(last) + 1);
  const kinds = names === '*' ? faults : faults.filter((fault) => names.split(',').includes(fault));
  return kinds.flatMap((fault) => chosen.map((point) => cellId(fault, point)));
}
