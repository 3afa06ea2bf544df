import { codeLiteral } from '../../code/literal';
import type { Recording, Session } from '../../code/session';
import { looksLikeSql } from '../../code/sql/emit';
import type { Value } from '../../code/value';
import type { Engine } from '../../model/engine';
import type { Migration, Program, ProgramExecution } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, ReadOptions, SourceFile, ToolFramework } from '../../model/run-protocol';
import { baseName, byText, dependsOn, folderPrefix, problem, wholeFile } from '../files';
import { codeLines } from './code-lines';
import { CodeMemory } from './code-memory';
import type { Parameter } from './definitions';
import { CodeFolder, ownCode, programOf } from './migration-classes';
import { placeDownInCode } from './placing';
import { isAsyncAt, isControl, parametersAt, receiverOf } from './receivers';
import { Connection } from './sequelize/connection';
import { library } from './sequelize/library';
import { queryInterface } from './sequelize/query-interface';
import { transactionsOf } from './sequelize/transactions';
import { isMongoContext } from './umzug';

/**
 * Sequelize 6 with sequelize-cli or umzug, from their packages: the files of a folder in the order of their names, nothing around them:
 * a migration that wants a transaction opens one, and hands it to each call.
 */
export const sequelize: ToolFramework = {
  name: 'sequelize',
  displayName: 'Sequelize',
  command: 'npx sequelize-cli db:migrate',

  detect(files) {
    const candidates = ownCode(files).filter(({ text }) => /\b(?:up|down)\b/.test(text));
    const isDependency = dependsOn(files, 'sequelize', 'sequelize-cli', '@sequelize/core');
    const own = candidates.filter((file) => isOwn(file) || (isDependency && calls.test(file.text) && !isMongoContext(file))).length;
    return own === 0 ? 0 : 0.6 + (0.37 * own) / candidates.length;
  },

  read(files, options) {
    const folder = new CodeFolder(files, { packages: new Map([['sequelize', library]]), suspicious: looksLikeSql });
    return ownCode(files)
      .filter(({ path, text }) => folderPrefix(path) === '' && (/^\d/.test(path) || /\b(?:up|down)\b/.test(text)))
      .toSorted((left, right) => byText(left.path, right.path))
      .flatMap((file) => readFile(file, folder, options));
  },

  placeDown(migration, files, statements): DownPlacement {
    return placeDownInCode(migration, files, {
      parameters: 'queryInterface',
      async: true,
      lines: (parameters) =>
        statements.flatMap((statement) => codeLines(statement, (sql) => `await ${connectionOf(parameters)}.query(${codeLiteral(sql)});`)),
    });
  },

  // `options.concurrently` of `addIndexQuery` and `removeIndexQuery` for PostgreSQL; addIndex takes its options second where they name the fields.
  concurrentOptions: {
    addIndex: { name: 'concurrently', positions: [1, 2], appendedAt: 2 },
    removeIndex: { name: 'concurrently', positions: [2], appendedAt: 2 },
  },
  rawCall(sql, place) {
    const { program, text, call } = place;
    if (isControl(sql) || !isAsyncAt(text, program.path, call.start)) return undefined;
    const parameters = parametersAt(place);
    if (parameters !== undefined)
      return parameters.length === 0 ? undefined : `await ${connectionOf(parameters)}.query(${codeLiteral(sql)});`;
    const written = text.slice(call.start, call.end);
    const receiver = receiverOf(written);
    if (receiver === undefined) return undefined;
    const connection =
      /(?:^|\.)sequelize$/.test(receiver) || /\.query\s*\(/.test(written.slice(receiver.length)) ? receiver : `${receiver}.sequelize`;
    const transaction = transactionOption(written);
    return `await ${connection}.query(${codeLiteral(sql)}${transaction === undefined ? '' : `, { ${transaction} }`});`;
  },
};

/** `transaction`, or `transaction: t`, as the call has it. */
function transactionOption(call: string): string | undefined {
  const named = /[{,]\s*transaction\s*:\s*([A-Za-z_$][\w$.]*)/.exec(call);
  if (named !== null) return `transaction: ${named[1] ?? 'transaction'}`;
  return /[{,]\s*transaction\s*[,}]/.test(call) ? 'transaction' : undefined;
}

/** What `query` is called on, for a function with these parameters: umzug's context can be the connection itself. */
function connectionOf([first]: readonly Parameter[]): string {
  const context = first?.properties.get('context') ?? first?.properties.get('sequelize');
  const name = context ?? first?.name ?? 'queryInterface';
  return /^(?:sequelize|db|connection)$/i.test(name) ? name : `${name}.sequelize`;
}

/** What a `QueryInterface` has, by whatever name it goes. */
const calls =
  /(?<!\bschema\s{0,9})\.\s*(?:(?:create|drop|rename|describe)Table|(?:add|remove|change|rename)Column|(?:add|remove)(?:Index|Constraint)|bulk(?:Insert|Update|Delete)|sequelize\s*\.\s*(?:query|transaction))\s*\(/;
/** `up(qi, Sequelize)`, as sequelize-cli calls it. */
const second = /\bup\b[^{;]{0,40}?\(\s*[\w$]+\s*(?::[^,)]{0,40})?,\s*(?:Sequelize|DataTypes)\b/;
const types = /\b(?:Sequelize|DataTypes)\s*\.\s*[A-Z]{3,}\b/;
/** The package by name, also in a comment for the editor, or its connection. */
const packageMark = /(?:\brequire\s*\(|\bfrom|\bimport\s*\()\s*['"]sequelize(?:-cli)?['"]|\.\s*sequelize\s*\.\s*(?:query|transaction)\s*\(/;

/** A file that shows by itself whose it is. */
function isOwn(file: SourceFile): boolean {
  const { text } = file;
  if (/\bqueryInterface\b/i.test(text)) return true;
  if (isMongoContext(file)) return false;
  if (calls.test(text) && (second.test(text) || types.test(text) || packageMark.test(text))) return true;
  return /\bcontext\b/.test(text) && /\bsequelize\b|\bumzug\b/i.test(text);
}

const migrations = new CodeMemory<Migration | undefined>();

function readFile(file: SourceFile, folder: CodeFolder, options: ReadOptions): readonly Result<Migration>[] {
  const key = `${file.path} ${options.engine.name} ${options.engine.major}`;
  const migration = migrations.recall(key, [file.path], folder.files, () => readMigration(file, folder, options));
  if (migration !== undefined) return [success(migration)];
  // Others beside the migrations are what they share.
  if (!/^\d/.test(file.path)) return [];
  return [
    problem(
      `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: module.exports = { up, down }.`,
      file.path,
    ),
  ];
}

function readMigration(file: SourceFile, folder: CodeFolder, options: ReadOptions): Migration | undefined {
  const up = program('up', file, folder, options.engine);
  const down = program('down', file, folder, options.engine);
  if (up === undefined || up === 'irreversible') return undefined;
  return {
    id: baseName(file.path),
    title: baseName(file.path),
    framework: 'sequelize',
    engine: options.engine,
    up,
    ...(down === 'irreversible' ? { downUnsupported: true } : down === undefined || isEmpty(down) ? {} : { down }),
  };
}

/** One direction; 'irreversible' for a `down` that only says, by throwing, that there is no way back. */
function program(direction: 'up' | 'down', file: SourceFile, folder: CodeFolder, engine: Engine): Program | 'irreversible' | undefined {
  const session = folder.open(file.path);
  const callee = exported(session, direction);
  if (callee === undefined || callee.kind === 'unknown') return undefined;
  const recording = withoutHandlers(session.run(callee, [queryInterface(new Connection(engine)), library]));
  const span = callee.kind === 'function' && callee.source.path === file.path ? callee.source.span : wholeFile(file);
  const program = programOf(direction, file, span, session, recording, execution, engine, transactionsOf);
  return direction === 'down' && recording.thrown !== undefined && isEmpty(program) ? 'irreversible' : program;
}

/** The reason has no colon: what stands before one is taken for a mark in the file. */
const execution: ProgramExecution = {
  requests: 'per-statement',
  wrapped: false,
  because: 'Sequelize opens no transaction by itself, so each call commits as it ends, but for those that the migration gives one',
};

/** `up` of the exports, or of what is exported by default. */
function exported(session: Session, name: string): Value | undefined {
  const direct = session.exports.get(name);
  if (direct !== undefined) return direct.kind === 'primitive' ? undefined : direct;
  const whole = session.exports.get('default');
  const found = whole === undefined ? undefined : session.property(whole, name);
  return found === undefined || found.kind === 'primitive' ? undefined : found;
}

/** What a `catch` sends to undo is no part of the run in which nothing fails. */
function withoutHandlers(recording: Recording): Recording {
  return { ...recording, effects: recording.effects.filter(({ handler }) => !handler) };
}

function isEmpty({ statements, unread }: Program): boolean {
  return statements.length === 0 && (unread ?? []).length === 0;
}
