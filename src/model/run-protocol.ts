import type { Engine, EngineName } from './engine';
import type { FrameworkName, Migration, Program } from './migration';
import type { Problem, Result } from './result';
import type { RecoveryStep } from './simulation';
import type { BookkeepingTable } from './state';
import type { Span } from './text';

/**
 * How a framework runs one migration, as data: what the built-in executor sends, in order. Written from each framework's source, and
 * the only place that knows its history table.
 */
export type RunStep =
  /** Asks the history whether to run. `decide` gets the rows as objects. */
  | { readonly kind: 'check'; readonly text: string; readonly decide: (rows: readonly Record<string, unknown>[]) => RunDecision }
  /** `decide` where the lock may not be granted: what the framework then does. */
  | { readonly kind: 'lock'; readonly text: string; readonly decide?: (rows: readonly Record<string, unknown>[]) => RunDecision }
  | { readonly kind: 'unlock'; readonly text: string }
  /** Bookkeeping before or after the statements: a dirty flag, a history row. `failure` is also what runs when a statement failed, where the framework does so. */
  | { readonly kind: 'record'; readonly text: string }
  | { readonly kind: 'begin'; readonly text: string }
  | { readonly kind: 'commit'; readonly text: string }
  /** One request with these statements of the program (their numbers). */
  | {
      readonly kind: 'statements';
      readonly statements: readonly number[];
      readonly text: string;
      /** What follows COPY ... FROM stdin in the file, as `Statement.copyData` has it. */
      readonly copyData?: string;
    };

export type RunDecision =
  | { readonly run: true }
  | { readonly run: false; readonly why: 'already applied' }
  | { readonly run: false; readonly why: 'refused'; readonly problem: Problem };

export interface RunProtocol {
  /** `schema.table` of the history and lock tables; they are bookkeeping and not part of the schema that is compared. */
  readonly bookkeepingTables: readonly string[];
  /** Schemas that the framework makes for these tables alone. */
  readonly bookkeepingSchemas?: readonly string[];
  /** Makes the history tables, as the framework does on first use. Run before the state "before" is taken. */
  readonly setup: readonly string[];
  /** What is sent for one migration. */
  steps(migration: Migration): readonly RunStep[];
  /** What the framework sends, on the same connection, after a statement was refused: ROLLBACK, a row that says "failed". */
  onError(migration: Migration): readonly RunStep[];
  /** SQL that records the migration as applied without running it; and what to type instead with the real tool. Empty when nothing is recorded. */
  markApplied(migration: Migration): readonly RecoveryStep[];
  /** SQL that removes every trace of an attempt. Must be harmless when there is none. */
  markNotApplied(migration: Migration): readonly RecoveryStep[];
  /** SQL that frees a lock which an attempt left, and leaves the history as it is. Absent: `markNotApplied` does both. */
  release?(migration: Migration): readonly RecoveryStep[];
  /** Reads the history rows: is this migration recorded as applied, as failed, or not at all? `none`: this tool records nothing of it. */
  recorded(
    migration: Migration,
    rows: readonly { readonly table: string; readonly rows: readonly Readonly<Record<string, unknown>>[] }[],
  ): 'applied' | 'failed' | 'absent' | 'none';
  /** The history without what says nothing about the migration: how equal histories are made to look alike. Absent: as it is. */
  normalHistory?(tables: readonly BookkeepingTable[]): readonly BookkeepingTable[];
}

/** A file as the readers get it: they never touch the disk. Paths use forward slashes and are relative to the folder that is read. */
export interface SourceFile {
  readonly path: string;
  /** Without the byte order mark that it may begin with. */
  readonly text: string;
  /** It begins with one. */
  readonly byteOrderMark?: true;
}

export interface ReadOptions {
  readonly engine: Engine;
  /** Values of placeholders: psql `:NAME`, Flyway `${name}`. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** One framework: one file in `src/frameworks`. */
export type Framework = BuiltInFramework | ToolFramework;

/** A framework whose way of running migrations is known as data: the built-in executor runs them. */
export interface BuiltInFramework extends FrameworkFiles {
  /** How it runs migrations on a server of this engine. */
  readonly run: (engine: Engine) => RunProtocol;
  readonly command?: undefined;
}

/** The tools whose ways the harness knows (`src/harness`). */
export type HarnessName = 'migrate-mongo' | 'ts-migrate-mongoose' | 'umzug' | 'mongosh';

/** A framework that only its own tool can run, such as all whose migrations are code. They are read and linted; nothing of them is executed. */
export interface ToolFramework extends FrameworkFiles {
  readonly run?: undefined;
  /** What people type to run its migrations, for `simulate --command`: `npx knex migrate:latest`. */
  readonly command: string;
  /** A process of ours runs its code as this tool would, so that a single file can be simulated without the tool. */
  readonly harness?: HarnessName;
}

/** What every framework can do with its files. */
interface FrameworkFiles {
  readonly name: FrameworkName;
  readonly displayName: string;
  /** The engine that its migrations are for, where there is only one. Absent: the files or the configuration tell. */
  readonly engine?: EngineName;
  /** How sure it is that these files are its own, 0 (not at all) to 1. `files` are all files of a folder, `marker` files of parent folders included. */
  detect(files: readonly SourceFile[]): number;
  /** The migrations of a folder, in the order in which the framework runs them. Files that are not migrations are left out. */
  read(files: readonly SourceFile[], options: ReadOptions): readonly Result<Migration>[];
  /**
   * Scripts of the project's own that are run beside the migrations each time (Flyway's callbacks), as far as they are linted: on the schema that
   * all migrations leave. They are no migrations, and nothing records them.
   */
  readCallbacks?(files: readonly SourceFile[], options: ReadOptions): readonly Migration[];
  /** SQL of the project's own that is sent on the migrations' connection before each of them, as far as the files show. Absent: there is none. */
  connectionSetup?(files: readonly SourceFile[], direction: 'up' | 'down'): string;
  /** Do these files show that the project writes rollbacks, where the framework sells them apart (Flyway)? Absent: they are expected of everyone. */
  expectsDowns?(files: readonly SourceFile[]): boolean;
  /** What becomes of a file that begins with a byte order mark, as a sentence goes on. Absent, undefined: it is left out, and does no harm. */
  byteOrderMark?(file: SourceFile): string | undefined;
  /** A line of comment that the framework knows only as the first of a file: nothing may be put above it. Absent: it has none. */
  readonly firstLine?: RegExp;
  /** The line that a migration's statements stand under: `-- migrate:up`. Absent: they are the whole file. */
  readonly upMarker?: string;
  /** The line for the way back that the framework wants to see even when there is nothing under it. */
  readonly requiredDownMarker?: string;
  /** Runs a statement outside a transaction by itself when it sees it, without a mark. */
  runsOutside?(statement: string): boolean;
  /** How a file says that it runs outside a transaction. Absent: it can't, so only a file with a single statement does. */
  noTransactionMark?(text: string, direction: 'up' | 'down'): NoTransactionMark | undefined;
  /** The edit that takes that mark away again; undefined when it is not in the text. */
  withoutNoTransactionMark?(text: string): { readonly span: Span; readonly newText: string } | undefined;
  /** Where a generated rollback goes: edits of existing files and new files, in the framework's own form. `statements` end in semicolons. */
  placeDown(migration: Migration, files: readonly SourceFile[], statements: readonly string[]): DownPlacement;
  /**
   * A statement of code that sends this SQL as it stands, with `await` and its terminator and without a line break at its end:
   * ``await knex.raw(`DROP TABLE a`);``. `sql` is one statement without a semicolon. Undefined where the place does not show how (no
   * receiver is in sight, or the call is inside another one). Absent: the framework's migrations are not code.
   */
  rawCall?(sql: string, place: CodePlace): string | undefined;
  /** The builder calls that can say CONCURRENTLY, by the name of the method. Absent: none of them can. */
  readonly concurrentOptions?: Readonly<Record<string, ConcurrentOption>>;
}

/** Where a builder call takes the option that stands for CONCURRENTLY. */
export interface ConcurrentOption {
  /** `concurrently`; its value is true. */
  readonly name: string;
  /** Arguments that may be the options: an object, or `new` of a class that is given one. */
  readonly positions: readonly number[];
  /** With so many arguments the options are left out, and can be added behind them. Absent: they can't. */
  readonly appendedAt?: number;
}

/** A place in a migration that is written in code. */
export interface CodePlace {
  readonly program: Program;
  /** The whole source file. */
  readonly text: string;
  /**
   * The call beside which, or instead of which, something is written: `trx.schema.dropTable('a')`. Its receiver and transaction go for that,
   * too. Empty where nothing is written yet: then the parameters of the program's function tell.
   */
  readonly call: Span;
}

/** How a framework is told to run a migration without a transaction: a change of the file, or a file beside it. `name` is what people call it. */
export type NoTransactionMark =
  | { readonly kind: 'patch'; readonly patch: { readonly span: Span; readonly newText: string }; readonly name: string }
  | { readonly kind: 'file'; readonly beside: (path: string) => string; readonly text: string; readonly name: string };

export type DownPlacement =
  | { readonly kind: 'edit'; readonly path: string; readonly span: Span; readonly newText: string }
  | { readonly kind: 'create'; readonly path: string; readonly text: string }
  | { readonly kind: 'unsupported'; readonly why: string };
