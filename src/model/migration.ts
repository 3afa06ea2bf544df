import type { Engine } from './engine';
import type { Operation } from './operation';
import type { TransactionKind } from './plan';
import type { Range, Span } from './text';

/** One request to the server, with its place in the file. */
export interface Statement {
  /** From 1, counted within its program (up and down count apart). */
  readonly index: number;
  /** The statement without its terminator and without leading comments. */
  readonly text: string;
  /** What is sent: `text` with its placeholders (psql `:NAME`, Flyway `${name}`) replaced. The same string where there are none. */
  readonly sent: string;
  readonly range: Range;
  readonly span: Span;
  /** Empty when the statement could not be read. */
  readonly operations: readonly Operation[];
  /** Set when the parser refused the statement; the rest of the file is still read. */
  readonly unreadable?: {
    readonly message: string;
    readonly range: Range;
    /** A command of the client's that is right, and whose work stands in another file. */
    readonly isElsewhere?: true;
  };
  /** Names of placeholders that have no value: what is sent still holds them, and the server will refuse it. */
  readonly unresolved?: readonly string[];
  /** The lines after `COPY ... FROM stdin;` as the file has them, from the line break before the first to the closing `\\.`. */
  readonly copyData?: string;
  /** Of a call in code: how it stands there. */
  readonly circumstances?: CallCircumstances;
}

/** How a call that reaches the database stands in its code. Places are in the file. */
export interface CallCircumstances {
  /** Its promise is awaited, returned, or collected in one that is; true as well for what is synchronous. */
  readonly awaited: boolean;
  /** The innermost loop that it stands in, with what it goes through: a loop over documents runs it once for each of them. */
  readonly loop?: { readonly range: Range; readonly over: 'documents' | 'constant' | 'unknown' };
  /** The transaction of a session that is open around it. */
  readonly transaction?: { readonly by: 'withTransaction' | 'startTransaction'; readonly session: string };
  /** The errors that it throws are caught and not thrown again. */
  readonly swallowed?: Range;
  /** The method is the tool's own, and not the driver's of that name: `insert` of db-migrate. */
  readonly ownMethod?: true;
}

/** What a program in code does beside its calls to the database, where that matters to how it fails. */
export interface CodeFacts {
  /** Connections that it opens itself: `new MongoClient(...)`, `mongoose.connect(...)`. */
  readonly connections: readonly { readonly range: Range; readonly closed: boolean }[];
  /** Modules of the application that it imports: not packages, and not helpers among the migrations. */
  readonly applicationImports: readonly { readonly range: Range; readonly specifier: string }[];
  /** Uses of a database handle that is not given to the migration: a global `db`, `mongoose.connection.db`. */
  readonly foreignHandles: readonly { readonly range: Range; readonly text: string }[];
  /** Callbacks that nobody waits for: `cursor.forEach(async ...)`, `array.forEach(async ...)`. */
  readonly unawaitedCallbacks: readonly { readonly range: Range; readonly text: string; readonly span: Span }[];
  /** Calls that write and stand alone, but are never sent: the driver waits to be asked for documents, mongoose and knex for an `await`. */
  readonly unsent: readonly UnsentCall[];
}

export interface UnsentCall {
  readonly range: Range;
  readonly span: Span;
  readonly until: 'documents' | 'await';
  /** Who waits to be awaited; absent: mongoose. */
  readonly by?: 'mongoose' | 'knex';
}

/**
 * A program that is written in code (JavaScript, TypeScript) sends SQL that stands nowhere as such: strings, templates, calls of a
 * builder. This is that SQL as one text, each statement closed by a semicolon and a line break, and where each stretch of it comes from.
 */
export interface Rendering {
  readonly text: string;
  /** In the order of the text, without overlaps. What lies between two of them was written only to join them. */
  readonly pieces: readonly RenderedPiece[];
}

export interface RenderedPiece {
  /** In the text of the rendering. */
  readonly span: Span;
  /** What it comes from, in the file at `path`: the characters of a string, or the whole call. */
  readonly source: Span;
  /** Absent for the program's own file; else a file that it imports. */
  readonly path?: string;
  /**
   * `verbatim`: the same characters in both, so that an edit of one is an edit of the other. `written`: SQL for a call of a builder, or a
   * string whose escapes were read. `hole`: `${name}` stands for a value that only running the code would tell.
   */
  readonly kind: 'verbatim' | 'written' | 'hole';
  /**
   * The whole call that sends it, in the program's own file: `knex.raw('...')`; where another file does that, the call that leads there.
   * What is written beside it in code, a comment or one more call, goes by this.
   */
  readonly call?: Span;
}

/** A call that may send something to the database, and that could not be read: it is named, never passed over. */
export interface UnreadCall {
  readonly range: Range;
  /** As the file has it, shortened: `helpers.addColumns(knex)`. */
  readonly text: string;
  /** Why, as the end of a sentence: `it comes from the package "@app/db", which is not part of the migrations`. */
  readonly why: string;
}

/** The statements of one direction. Up and down are two programs: they never see one another. */
export interface Program {
  readonly direction: 'up' | 'down';
  /** The file that holds it; for golang-migrate and its kin, up and down have files of their own. */
  readonly path: string;
  /** Where the program's text lies in that file: all of it, or the part under its marker. */
  readonly span: Span;
  readonly statements: readonly Statement[];
  /** How the framework runs this program. */
  readonly execution: ProgramExecution;
  /**
   * Set when it is written in code. Then `Statement.span` and the offsets of its operations count in `rendering.text`, while
   * `Statement.range` stays a place in the file.
   */
  readonly rendering?: Rendering;
  /** Nobody wrote it: the framework makes it of the other direction each time. What can only be added to its text is no advice. */
  readonly implied?: true;
  /** Calls of a program in code that could not be read. */
  readonly unread?: readonly UnreadCall[];
  readonly facts?: CodeFacts;
}

/** How a framework sends a program to the server. */
export interface ProgramExecution {
  /** `per-statement`: one request each. `single-request`: all in one simple query, an implicit transaction on Postgres. */
  readonly requests: 'per-statement' | 'single-request';
  /** True when the framework opens a transaction around the program. */
  readonly wrapped: boolean;
  /**
   * On MySQL and MariaDB: the framework's transaction is autocommit turned off, as JDBC does it. What follows a statement that commits by
   * itself is in a transaction again.
   */
  readonly autocommitOff?: boolean;
  /** In words for the user: "Flyway runs each migration in one transaction". */
  readonly because: string;
  /** Numbers of the statements that share a request, where some do and others do not (goose). Absent: as `requests` says. */
  readonly groups?: readonly (readonly number[])[];
  /** The transactions as they were seen when a tool ran it. Absent: they follow from the rest. */
  readonly transactions?: readonly { readonly kind: TransactionKind; readonly statements: readonly number[] }[];
  /**
   * Numbers of the statements that run on another connection while a transaction of the program is open, and so are no part of it
   * (Sequelize: a call without `{ transaction }` beside `sequelize.transaction`). They commit by themselves, and wait for its locks.
   */
  readonly beside?: readonly number[];
  /** The framework may open a transaction around the way back, though none is around this one: what is generated has to work in both. */
  readonly downWrapped?: true;
  /**
   * What the tool itself leaves of a run that failed, however the server took back the rest: `the dirty flag, which stops a retry`. Absent:
   * nothing.
   */
  readonly leaves?: string;
  /** The framework's own message, when it reads this program and refuses to run it: nothing is sent. */
  readonly refused?: string;
}

/** Numbers of the statements that are sent together, request by request. */
export function requestsOf({ execution, statements }: Pick<Program, 'execution' | 'statements'>): readonly (readonly number[])[] {
  const numbers = statements.map(({ index }) => index);
  if (execution.requests === 'single-request') return numbers.length === 0 ? [] : [numbers];
  return execution.groups ?? numbers.map((number) => [number]);
}

/** The frameworks whose files are read. */
export const frameworkNames = [
  'sql',
  'flyway',
  'golang-migrate',
  'dbmate',
  'goose',
  'prisma',
  'sql-migrate',
  'sqlx',
  'diesel',
  'supabase',
  'graphile-migrate',
  'drizzle',
  'liquibase',
  'knex',
  'typeorm',
  'mikro-orm',
  'sequelize',
  'db-migrate',
  'node-pg-migrate',
  'migrate-mongo',
  'ts-migrate-mongoose',
  'umzug',
  'mongosh',
] as const;
/** `command`: any tool, run as the user runs it. */
export type FrameworkName = (typeof frameworkNames)[number] | 'command';

export interface Migration {
  /** What the framework records: a version or a name. */
  readonly id: string;
  /** For people: the file or folder name. */
  readonly title: string;
  readonly framework: FrameworkName;
  readonly engine: Engine;
  readonly up: Program;
  /** Absent when there is none: a missing rollback. */
  readonly down?: Program;
  /** The file that the framework runs and records, where all that it does is to send those of `up` and `down` (db-migrate). */
  readonly sender?: string;
  /** True for frameworks that have no rollbacks by design (Prisma), and for files that are themselves only a down. */
  readonly downUnsupported?: boolean;
  /** The id of the migration that comes before it in its folder. */
  readonly previous?: string;
  /** What the framework's history keeps to notice later edits, as the history table shows it. */
  readonly checksum?: string;
  /** What the history calls it, where its id alone does not tell (Flyway). */
  readonly recordedAs?: { readonly version?: string; readonly description: string; readonly type: string };
}

/** Is this one of the files of the migration? */
export function isOfFile({ up, down, sender }: Pick<Migration, 'up' | 'down' | 'sender'>, path: string | undefined): boolean {
  return path !== undefined && (up.path === path || down?.path === path || sender === path);
}
