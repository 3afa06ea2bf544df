import { type NativeCall, native } from '../../../code/native';
import type { CodeFiles } from '../../../code/resolve';
import type { Recording, Session } from '../../../code/session';
import { readRecording } from '../../../code/sql/read';
import { array, falseValue, type Place, trueValue, unknown, type Value } from '../../../code/value';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import type { CodeFacts, Migration, Program, ProgramExecution, UnreadCall } from '../../../model/migration';
import { type Result, success } from '../../../model/result';
import type { ReadOptions, SourceFile } from '../../../model/run-protocol';
import type { Span } from '../../../model/text';
import { LineIndex } from '../../../parse/lines';
import { baseName, dependsOn } from '../../files';
import { committedOnMysql } from '../because';
import { CodeMemory } from '../code-memory';
import { findDefinition } from '../definitions';
import { CodeFolder, ownCode } from '../migration-classes';
import { RunContext } from './context';
import { inOrder, isKnexfile } from './detect';
import { KnexNatives } from './natives';
import { transactionsOf } from './transactions';

/** The migrations of a folder, in knex's order (`migrations/migrate/Migrator.js`). */
export function readMigrations(files: readonly SourceFile[], options: ReadOptions): readonly Result<Migration>[] {
  const folder = new KnexFolder(files);
  return inOrder(ownCode(files).filter(mayBeMigration)).flatMap((file) => {
    const key = [file.path, options.engine.name, options.engine.major, folder.disableTransactions, folder.hasOwnRunner].join('\0');
    const migration = memory.recall(key, [file.path], folder.code, () => new Reading(file, folder, options).read());
    return migration === undefined ? [] : [success(migration)];
  });
}

/** `up`, or something that is exported as a whole: `module.exports = addTable(...)`. All others are not evaluated for nothing. */
function mayBeMigration({ path, text }: SourceFile): boolean {
  return !isKnexfile(path) && /\bup\b|\bmodule\s*\.\s*exports\s*=|\bexport\s+(?:default\b|=|\*|\{)/.test(text);
}

const memory = new CodeMemory<Migration | undefined>();

/** A folder with what the project says about all of its migrations. */
class KnexFolder {
  /** knexfile: `migrations: { disableTransactions: true }`. */
  readonly disableTransactions: boolean;
  /** True when something else than knex runs the migrations, with rules of its own. */
  readonly hasOwnRunner: boolean;
  private readonly folder: CodeFolder;

  constructor(files: readonly SourceFile[]) {
    this.folder = new CodeFolder(files, {});
    this.hasOwnRunner = dependsOn(files, 'knex-migrator', 'umzug');
    this.disableTransactions = files.some(({ path, text }) => isKnexfile(path) && /\bdisableTransactions\s*:\s*true\b/.test(text));
  }

  get code(): CodeFiles {
    return this.folder.files;
  }

  /** A session with natives of its own: one for each run. */
  open(path: string, natives: KnexNatives): Session {
    return this.folder.open(path, packagesFor(natives, natives.engine));
  }
}

class Reading {
  constructor(
    private readonly file: SourceFile,
    private readonly folder: KnexFolder,
    private readonly options: ReadOptions,
  ) {}

  /** Undefined when the file exports no `up`: a helper. */
  read(): Migration | undefined {
    const up = this.program('up');
    if (!('program' in up)) return undefined;
    const down = this.program('down');
    const isRefused = !('program' in down) && !('irreversible' in down) && !this.folder.hasOwnRunner;
    const refused = `Invalid migration: ${baseName(this.file.path)} must have both an up and down function`;
    return {
      // What knex records: the name with its ending. Folders of versions, which knex-migrator has, are a part of it.
      id: this.file.path,
      title: baseName(this.file.path),
      framework: 'knex',
      engine: this.options.engine,
      // `_validateMigrationStructure` of the migrator.
      up: isRefused ? { ...up.program, execution: { ...up.program.execution, refused } } : up.program,
      ...('program' in down ? { down: down.program } : {}),
      ...('irreversible' in down ? { downUnsupported: true } : {}),
    };
  }

  private program(direction: 'up' | 'down'): { readonly program: Program } | { readonly irreversible: true } | Record<never, never> {
    const { file } = this;
    const { engine } = this.options;
    const context = new RunContext();
    const natives = new KnexNatives(context, engine);
    const session = this.folder.open(file.path, natives);
    const wrapped = isWrapped(session, this.folder.disableTransactions, engine);
    context.wrapped = wrapped.wrapped;
    const callee = exported(session, direction);
    if (callee === undefined) return {};
    const recording = session.run(callee, [natives.knex(), promises], session.module);
    const throws = recording.thrown !== undefined || isRejected(recording);
    if (direction === 'down' && throws && recording.effects.length === 0 && recording.unread.length === 0) return { irreversible: true };
    const facts = factsOf(natives.unsent(), file);
    const read = readRecording(session, recording, { engine });
    const execution: ProgramExecution = {
      requests: 'per-statement',
      ...wrapped,
      ...(read.groups === undefined ? {} : { groups: read.groups }),
      ...transactionsOf(read.requests, wrapped.wrapped),
    };
    return {
      program: {
        direction,
        path: file.path,
        span: spanOf(file, direction, callee),
        statements: read.statements,
        execution,
        rendering: read.rendering,
        unread: [...read.unread, ...endOf(recording, file)],
        ...(facts === undefined ? {} : { facts }),
      },
    };
  }
}

/** The calls of this file that were never sent. */
function factsOf(places: readonly Place[], file: SourceFile): CodeFacts | undefined {
  const lines = new LineIndex(file.text);
  const unsent = places.flatMap(({ path, span }) =>
    path === file.path ? [{ range: lines.range(span), span, until: 'await' as const, by: 'knex' as const }] : [],
  );
  return unsent.length === 0 ? undefined : { connections: [], applicationImports: [], foreignHandles: [], unawaitedCallbacks: [], unsent };
}

/** A run that always ends in `throw`, as far as can be told: what comes behind it was not seen, and that is said. */
function endOf({ thrown }: Recording, file: SourceFile): readonly UnreadCall[] {
  if (thrown === undefined) return [];
  const { path, span } = thrown.place;
  const isOwn = path === file.path;
  const range = new LineIndex(file.text).range(isOwn ? span : { start: 0, end: 0 });
  const text = isOwn ? (file.text.slice(span.start, span.end).split('\n', 1)[0] ?? '') : path;
  return [
    {
      range,
      text,
      why: `it ends in an error${thrown.message === undefined ? '' : ` ("${thrown.message}")`}, so that nothing behind it runs`,
    },
  ];
}

/** `exports.up`, or that of what is exported as a whole. */
function exported(session: Session, name: string): Value | undefined {
  const found =
    session.exports.get(name) ?? memberOf(session, session.exports.get('default'), name) ?? memberOf(session, session.module, name);
  return found?.kind === 'function' || found?.kind === 'method' ? found : undefined;
}

function memberOf(session: Session, value: Value | undefined, name: string): Value | undefined {
  return value === undefined ? undefined : session.property(value, name);
}

/** `config.transaction` counts for the migration, else the setting of the project (`_useTransaction` of the migrator). */
function isWrapped(
  session: Session,
  disableTransactions: boolean,
  engine: Engine,
): { readonly wrapped: boolean; readonly because: string } {
  const config =
    session.exports.get('config') ??
    memberOf(session, session.exports.get('default'), 'config') ??
    memberOf(session, session.module, 'config');
  const own = memberOf(session, config, 'transaction');
  const transaction = own?.kind === 'primitive' && typeof own.value === 'boolean' ? own.value : undefined;
  if (transaction === false) {
    return {
      wrapped: false,
      because: 'config.transaction is false: knex runs this migration without a transaction, and records it afterwards',
    };
  }
  if (transaction === undefined && disableTransactions) {
    return { wrapped: false, because: 'disableTransactions is set in the knexfile: knex opens no transactions for migrations' };
  }
  return {
    wrapped: true,
    because: committedOnMysql('knex runs all pending migrations in one transaction, or each in its own when one of them opts out', engine),
  };
}

/** What knex before 0.95 gave as the second argument: `exports.up = (knex, Promise) => Promise.all([...])`. */
const promises = native({
  name: 'Promise',
  reachesDatabase: false,
  methods: {
    all: (call) => overEach(call, (item) => call.machine.settle(item, call.place)),
    join: (call) => array(call.args.map((item) => call.machine.settle(item, call.place))),
    resolve: (call) => call.machine.settle(call.arg(0), call.place),
    each: (call) => overEach(call, (item) => call.machine.call(call.arg(1), [item], call.place)),
    map: (call) => overEach(call, (item) => call.machine.call(call.arg(1), [item], call.place)),
    mapSeries: (call) => overEach(call, (item) => call.machine.call(call.arg(1), [item], call.place)),
  },
});

function overEach(call: NativeCall, run: (item: Value) => Value): Value {
  const list = call.machine.settle(call.arg(0), call.place);
  return list.kind === 'array' ? array(list.items.map(run)) : call.machine.conditionally(() => run(unknown('item')));
}

/** `return Promise.reject(...)`. */
function isRejected({ result }: Recording): boolean {
  return result.kind === 'unknown' && /^Promise\.reject\b/.test(result.name);
}

function spanOf(file: SourceFile, direction: 'up' | 'down', callee: Value): Span {
  if (callee.kind === 'function' && callee.source.path === file.path) return callee.source.span;
  return findDefinition(file.text, file.path, direction)?.owner ?? { start: 0, end: file.text.length };
}

/** What migrations import: another knex of their own, and a helper that tells databases apart. */
function packagesFor(natives: KnexNatives, engine: Engine): ReadonlyMap<string, Value> {
  const other = native({
    name: 'knex',
    call: () => natives.knex('other'),
    properties: { knex: () => knexPackage, default: () => knexPackage },
  });
  const knexPackage: Value = other;
  const isNot = native({
    name: 'DatabaseInfo',
    reachesDatabase: false,
    member: (name) => answer(name === (isMysqlFamily(engine) ? 'isMySQL' : 'isPostgreSQL')),
  });
  return new Map<string, Value>([
    ['knex', knexPackage],
    ['@tryghost/database-info', isNot],
  ]);
}

function answer(isOwn: boolean): Value {
  return native({ name: 'DatabaseInfo', reachesDatabase: false, call: () => (isOwn ? trueValue : falseValue) });
}
