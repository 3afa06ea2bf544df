import { circumstancesOf } from '../../code/mongodb/circumstances';
import { factsOf } from '../../code/mongodb/facts';
import { MongoRun } from '../../code/mongodb/run';
import { shellGlobals } from '../../code/mongodb/shell';
import { openSession } from '../../code/open';
import { type CodeFiles, codeFiles } from '../../code/resolve';
import { readRecording } from '../../code/sql/read';
import type { Engine } from '../../model/engine';
import type { Migration, Program, ProgramExecution } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, ReadOptions, SourceFile, ToolFramework } from '../../model/run-protocol';
import { isShellScript, isShellScriptName } from '../../model/shell-scripts';
import type { Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { baseName, byText, oncePerFile, problem, readProgram, wholeFile } from '../files';
import { placeInFile } from '../placing';
import { CodeMemory } from './code-memory';
import { damagedCode } from './damaged';
import { mongoEngine } from './mongodb/read';
import { shellStatements } from './mongodb/shell-session';

/**
 * Scripts for `mongosh FILE`: JavaScript with a global `db`, and no module (MongoDB manual, "Write Scripts"). They run in the order of
 * their names. There is no history; the way back of `a.js` is `a.down.js`.
 */
export const mongosh: ToolFramework = {
  name: 'mongosh',
  displayName: 'mongosh scripts',
  engine: 'mongodb',
  harness: 'mongosh',
  command: 'mongosh {url} FILE',

  detect(files) {
    const code = files.filter(({ path }) => /\.[cm]?[jt]s$/i.test(path) && !path.startsWith('../'));
    const own = code.filter(isScript);
    if (own.length === 0) return 0;
    return own.some(({ path }) => isShellScriptName(path)) ? 0.9 : 0.2 + (0.25 * own.length) / code.length;
  },

  read(files, { engine: given, ...others }) {
    const options = { ...others, engine: mongoEngine(given) };
    const folder = codeFiles(files);
    const scripts = files.filter(isScript).toSorted((left, right) => byText(left.path, right.path));
    const downs = new Map(scripts.filter(({ path }) => isDown(path)).map((file) => [subject(file.path), file]));
    const ups = scripts.filter(({ path }) => !isDown(path));
    const subjects = new Set(ups.map(({ path }) => subject(path)));
    return [
      ...ups.map((file) => readMigration(file, downs.get(subject(file.path)), folder, options)),
      ...[...downs].filter(([name]) => !subjects.has(name)).map(([, file]) => orphan(file)),
    ];
  },

  placeDown(migration, files, statements): DownPlacement {
    const { path } = migration.up;
    return placeInFile(migration, files, migration.down?.path ?? `${subject(path)}.down${endingOf(path)}`, shellStatements(statements));
  },

  rawCall: (statement) => `${statement};`,
};

const ending = /(?:\.(?:mongodb|mongosh))?\.js$/i;
const downEnding = /[._-](?:down|rollback|revert|undo)$/i;
const upEnding = /[._-](?:up|do)$/i;

function endingOf(path: string): string {
  return ending.exec(path)?.[0] ?? '.js';
}

function stem(path: string): string {
  return path.replace(ending, '');
}

function isDown(path: string): boolean {
  return downEnding.test(stem(path));
}

/** The name that a file and its way back share. */
function subject(path: string): string {
  return stem(path).replace(downEnding, '').replace(upEnding, '');
}

const isScript = oncePerFile(({ path, text }) => !path.startsWith('../') && isShellScript(path, text));

const execution: ProgramExecution = {
  requests: 'per-statement',
  wrapped: false,
  because: 'mongosh runs a script call by call, each of which commits as it ends, unless the script itself opens a transaction',
};

const programs = new CodeMemory<Program>();

function readMigration(file: SourceFile, down: SourceFile | undefined, folder: CodeFiles, options: ReadOptions): Result<Migration> {
  const program = (direction: 'up' | 'down', each: SourceFile): Program =>
    programs.recall(`${direction} ${each.path} ${options.engine.major}`, [each.path], folder, () =>
      readScript(direction, each, folder, options),
    );
  return success({
    id: stem(file.path),
    title: baseName(file.path),
    framework: 'mongosh',
    engine: options.engine,
    up: program('up', file),
    ...(down === undefined ? {} : { down: program('down', down) }),
  });
}

/**
 * A list of calls is read as it stands, half-typed ones too; a script with variables, loops and functions is followed, and what is no
 * JavaScript in it is named.
 */
function readScript(direction: 'up' | 'down', file: SourceFile, folder: CodeFiles, options: ReadOptions): Program {
  const plain = readProgram(direction, file, wholeFile(file), execution, options);
  const unreadable = plain.statements.flatMap((statement) => statement.unreadable?.range ?? []);
  if (unreadable.length === 0) return plain;
  const damaged = damagedCode(file);
  const isCode = unreadable.some(({ start }) => !damaged.some(({ range }) => Math.abs(range.start.line - start.line) <= 1));
  if (!isCode) return plain;
  const program = followed(direction, file, folder, options.engine);
  return { ...program, unread: [...(program.unread ?? []), ...damaged] };
}

function followed(direction: 'up' | 'down', file: SourceFile, folder: CodeFiles, engine: Engine): Program {
  const run = new MongoRun();
  const session = openSession(folder, file.path, { globals: shellGlobals(run) });
  run.nameUnsent();
  const { machine, path, loading } = session;
  const lines = new LineIndex(file.text);
  const range = (span: Span) => lines.range(span);
  const read = readRecording(session, loading, {
    engine,
    circumstances: (recorded) => circumstancesOf(recorded, { machine, path, range, synchronous: true }),
  });
  return {
    direction,
    path: file.path,
    span: wholeFile(file),
    statements: read.statements,
    execution,
    rendering: read.rendering,
    unread: read.unread,
    facts: factsOf({ machine, run, effects: loading.effects, path, range, withImports: direction === 'up' }),
  };
}

function orphan(file: SourceFile): Result<Migration> {
  return problem(
    `${file.path} is named like the way back of ${subject(file.path)}${endingOf(file.path)}, and that file is not here: it was left out.`,
    file.path,
  );
}
