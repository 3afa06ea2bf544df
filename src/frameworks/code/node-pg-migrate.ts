import { compareMigrationFileNames } from 'node-pg-migrate/utils/comparators';
import { PgLiteral } from 'node-pg-migrate/utils/PgLiteral';
import { codeLiteral } from '../../code/literal';
import { nativeFunction } from '../../code/native';
import type { Recording, Session } from '../../code/session';
import { looksLikeSql } from '../../code/sql/emit';
import { object, undefinedValue, type Value } from '../../code/value';
import type { Migration, Program, ProgramExecution } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, NoTransactionMark, ReadOptions, SourceFile, ToolFramework } from '../../model/run-protocol';
import { baseName, dependsOn, folderPrefix, problem, sqlFiles, wholeFile } from '../files';
import { placeUnderMarker } from '../placing';
import { codeLines } from './code-lines';
import { CodeMemory } from './code-memory';
import { findDefinition } from './definitions';
import { CodeFolder, ownCode, programOf } from './migration-classes';
import { libraryArguments } from './node-pg-migrate/arguments';
import { builder, packageNatives, sentAtOnce } from './node-pg-migrate/builder';
import { downMarker, hasMarkers, readSqlFile } from './node-pg-migrate/sql-file';
import { placeDownInCode } from './placing';
import { isAsyncAt, isControl, parametersAt, receiverOf } from './receivers';

/**
 * node-pg-migrate 9, from its package: `migration.js` (steps are sent when the function has returned; order of files; how a down is
 * inferred), `runner.js` (all pending migrations in one transaction; shorthands add up from file to file). Its operations are carried out
 * by its own code (node-pg-migrate/builder.ts).
 */
export const nodePgMigrate: ToolFramework = {
  name: 'node-pg-migrate',
  displayName: 'node-pg-migrate',
  engine: 'postgres',
  command: 'npx node-pg-migrate up',

  detect(files) {
    const code = ownCode(files).filter(({ text }) => /\b(?:up|down|shorthands)\b/.test(text));
    const sql = sqlFiles(files);
    const own = code.filter(isOwn).length + sql.filter(({ text }) => hasMarkers(text)).length;
    if (own > 0) return 0.6 + (0.37 * own) / (code.length + sql.length);
    const isDependency = dependsOn(files, 'node-pg-migrate');
    return isDependency && code.some(({ text }) => /\bexports\.up\b|\bexport\b/.test(text)) ? 0.55 : 0;
  },

  read(files, options) {
    const candidates = [...ownCode(files), ...sqlFiles(files)].filter(({ path }) => folderPrefix(path) === '' && !path.startsWith('.'));
    const folder = new FolderReader(files, options);
    const numbered = candidates.filter(({ path }) => /^\d/.test(path));
    const others = candidates.filter(
      ({ path, text }) => !/^\d/.test(path) && (/\.sql$/i.test(path) ? hasMarkers(text) : isOwn({ path, text })),
    );
    return [
      ...numbered.toSorted((left, right) => compareMigrationFileNames(left.path, right.path)).map((file) => folder.read(file)),
      ...others.map(({ path }) =>
        problem(
          `${path} has no number at its beginning: node-pg-migrate refuses to run anything as long as it is there. Give it one.`,
          path,
        ),
      ),
    ];
  },

  // README, "Migrations API": `pgm.noTransaction()`.
  noTransactionMark(text, direction): NoTransactionMark | undefined {
    const body = findDefinition(text, 'migration.ts', direction)?.body;
    const name = body?.parameters[0]?.name;
    if (body === undefined || name === undefined) return undefined;
    const call = `${name}.noTransaction()`;
    const at = body.kind === 'block' ? (body.statements?.start ?? body.span.start + 1) : body.span.start;
    if (body.kind === 'expression') {
      // It gives the builder back, so that both can stand in one expression.
      return { kind: 'patch', patch: { span: { start: at, end: at }, newText: `${call} && ` }, name: call };
    }
    const indent = /[ \t]*$/.exec(text.slice(0, at))?.[0] ?? '';
    const newText = body.statements === undefined ? ` ${call}; ` : `${call};\n${indent}`;
    return { kind: 'patch', patch: { span: { start: at, end: at }, newText }, name: call };
  },
  withoutNoTransactionMark(text) {
    const found = /^[ \t]*[\w$]+\.noTransaction\(\);?[ \t]*(?:\r?\n|$)|[\w$]+\.noTransaction\(\) && /m.exec(text);
    return found === null ? undefined : { span: { start: found.index, end: found.index + found[0].length }, newText: '' };
  },

  placeDown(migration, files, statements): DownPlacement {
    if (/\.sql$/i.test(migration.up.path)) return placeUnderMarker(migration, files, downMarker, statements);
    return placeDownInCode(migration, files, {
      parameters: 'pgm',
      async: false,
      lines: ([first]) => {
        const pgm = first?.name ?? 'pgm';
        const calls = statements.flatMap((statement) => codeLines(statement, (sql) => sqlCall(pgm, sql)));
        // Each direction says it for itself; what runs outside a transaction there is taken back outside of one, CONCURRENTLY.
        return migration.up.execution.wrapped ? calls : [`${pgm}.noTransaction();`, ...calls];
      },
      ownParameters: ([first]) => first?.text ?? 'pgm',
    });
  },

  // `options.concurrently` of node-pg-migrate's operations `indexes` and `materializedViews`.
  concurrentOptions: {
    createIndex: { name: 'concurrently', positions: [2], appendedAt: 2 },
    addIndex: { name: 'concurrently', positions: [2], appendedAt: 2 },
    dropIndex: { name: 'concurrently', positions: [2], appendedAt: 2 },
    refreshMaterializedView: { name: 'concurrently', positions: [1], appendedAt: 1 },
  },
  rawCall(sql, place) {
    const { program, text, call } = place;
    const receiver = parametersAt(place)?.[0]?.name ?? receiverOf(text.slice(call.start, call.end));
    if (receiver === undefined || isControl(sql)) return undefined;
    if (!receiver.endsWith('.db')) return sqlCall(receiver, sql);
    return isAsyncAt(text, program.path, call.start) ? `await ${receiver}.query(${codeLiteral(sql)});` : undefined;
  },
};

function sqlCall(pgm: string, sql: string): string {
  return `${pgm}.sql(${codeLiteral(sql)});`;
}

/** A file that shows by itself whose it is. */
function isOwn({ text }: SourceFile): boolean {
  if (/\bMigrationBuilder\b|['"]node-pg-migrate['"]/.test(text)) return /\b(?:up|down)\b/.test(text);
  return /\b(?:up|down)\b\s*(?::[^=]+)?(?:=\s*(?:async\s*)?(?:function\b[^(]*)?\(?|\()\s*pgm\b/.test(text);
}

interface ReadFile {
  readonly migration?: Migration;
  /** Those of this file and of all before it. */
  readonly shorthands: Readonly<Record<string, unknown>>;
}

const readFiles = new CodeMemory<ReadFile>();

/** Reads files in order: shorthands of one hold for those behind it. */
class FolderReader {
  private readonly folder: CodeFolder;
  private shorthands: Readonly<Record<string, unknown>> = {};

  constructor(
    files: readonly SourceFile[],
    private readonly options: ReadOptions,
  ) {
    this.folder = new CodeFolder(files, { packages: new Map([['node-pg-migrate', packageNatives]]), suspicious: looksLikeSql });
  }

  read(file: SourceFile): Result<Migration> {
    if (/\.sql$/i.test(file.path)) return success(readSqlFile(file, this.options, transactional));
    const key = `${file.path} ${this.options.engine.name} ${this.options.engine.major} ${keyOf(this.shorthands)}`;
    const { migration, shorthands } = readFiles.recall(key, [file.path], this.folder.files, () => this.readCode(file));
    this.shorthands = shorthands;
    if (migration !== undefined) return success(migration);
    return problem(
      `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: exports.up = (pgm) => ...`,
      file.path,
    );
  }

  private readCode(file: SourceFile): ReadFile {
    const session = this.folder.open(file.path);
    const own = session.exports.get('shorthands');
    if (own !== undefined) this.shorthands = { ...this.shorthands, ...shorthandsOf(own) };
    const { shorthands } = this;
    const up = session.exports.get('up');
    if (up === undefined || up.kind === 'unknown' || up.kind === 'primitive') return { shorthands };
    const down = session.exports.get('down');
    const program = this.down(file, down);
    const migration: Migration = {
      id: baseName(file.path).replace(/\.[^.]+$/, ''),
      title: baseName(file.path),
      framework: 'node-pg-migrate',
      engine: this.options.engine,
      up: this.run('up', file, session, up, false).program,
      ...(program === undefined ? {} : { down: program }),
      ...(isFalse(down) ? { downUnsupported: true } : {}),
    };
    return { migration, shorthands };
  }

  /** Without a down of its own node-pg-migrate runs the up backwards; one operation without a reverse, and it throws. */
  private down(file: SourceFile, down: Value | undefined): Program | undefined {
    if (isFalse(down)) return undefined;
    const isInferred = down === undefined || (down.kind === 'primitive' && down.value === undefined);
    if (!isInferred) {
      const own = this.folder.open(file.path);
      return this.run('down', file, own, own.exports.get('down') ?? down, false).program;
    }
    const fresh = this.folder.open(file.path);
    const up = fresh.exports.get('up');
    if (up === undefined) return undefined;
    const { program, irreversible } = this.run('down', file, fresh, up, true);
    return irreversible ? undefined : program;
  }

  private run(
    direction: 'up' | 'down',
    file: SourceFile,
    session: Session,
    callee: Value,
    reverse: boolean,
  ): { readonly program: Program; readonly irreversible: boolean } {
    const { pgm, use } = builder(this.shorthands, reverse);
    const done = nativeFunction('run', () => undefinedValue, false);
    const recording = inOrder(session.run(callee, [pgm, done]), reverse);
    const span = callee.kind === 'function' && callee.source.path === file.path ? callee.source.span : wholeFile(file);
    const execution = use.transaction ? transactional : outside;
    const program = programOf(direction, file, span, session, recording, execution, this.options.engine);
    return {
      program: reverse ? { ...program, implied: true, execution: { ...program.execution, because: inferred(use.transaction) } } : program,
      irreversible: use.irreversible.length > 0,
    };
  }
}

const transactional: ProgramExecution = {
  requests: 'per-statement',
  wrapped: true,
  because: 'node-pg-migrate runs all pending migrations in one transaction, together with their history rows',
};

const outside: ProgramExecution = {
  requests: 'per-statement',
  wrapped: false,
  because: 'pgm.noTransaction(): node-pg-migrate commits what came before and sends each step by itself',
};

function inferred(transaction: boolean): string {
  return `there is no down, so node-pg-migrate runs the up backwards${transaction ? ', in one transaction' : ', without a transaction'}`;
}

/** Steps are sent when the function has returned, behind what it sent itself; a down that is inferred has them the other way round. */
function inOrder(recording: Recording, reverse: boolean): Recording {
  const isAtOnce = ({ effect }: Recording['effects'][number]) => 'mark' in effect && effect.mark === sentAtOnce;
  const steps = recording.effects.filter((recorded) => !isAtOnce(recorded));
  return { ...recording, effects: [...recording.effects.filter(isAtOnce), ...(reverse ? steps.toReversed() : steps)] };
}

function isFalse(value: Value | undefined): boolean {
  return value?.kind === 'primitive' && value.value === false;
}

/** As the library takes them: a default can be SQL (`new PgLiteral('now()')`). */
function shorthandsOf(value: Value): Readonly<Record<string, unknown>> {
  const [plain] = libraryArguments([value.kind === 'object' ? value : object()], new Set());
  return typeof plain === 'object' && plain !== null ? Object.fromEntries(Object.entries(plain)) : {};
}

function keyOf(shorthands: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(shorthands, (_, part: unknown) => (part instanceof PgLiteral ? { sql: String(part) } : part));
}
