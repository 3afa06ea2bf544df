import { graphilePlaceholders, isGraphileSettings } from '../model/graphile-settings';
import type { Migration, Program, ProgramExecution, UnreadCall } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { LineIndex } from '../parse/lines';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { baseName, byNumber, byText, oncePerFile, problem, readProgram, sqlFiles } from './files';
import { type GraphileFile, graphileHash, readGraphileFile } from './graphile-migrate-file';
import { graphileMigrateHistory } from './histories/graphile-migrate';
import { refused, statementSteps } from './history';
import { findComment, lineMark, removedLine } from './marks';

/**
 * graphile-migrate, from its package: `current.js` (names of files), `migration.js` (headers, order, hashes, one request with a transaction of its
 * own around it), `header.js` (what has none), `pgReal.js` (the lock). `migrate` runs what is committed; `current.sql`, which `watch` runs again
 * at every change, is read as the migration that it will be when it is committed.
 */

const committed = /^committed\/([0-9]+)(?:-[-_a-zA-Z0-9]*)?\.sql$/;
/** One file, or a folder with parts that `commit` puts together. */
const current = /^current(?:\.sql|\/([0-9]+)(?:-[-_a-zA-Z0-9]*)?\.sql)$/;
const table = 'graphile_migrate.migrations';
const lockKey = '4727445306447283';

const { decide, ...history } = graphileMigrateHistory({
  table,
  insertRow,
  deleteRow: ({ id }) => `delete from ${table} where filename = ${quoteLiteral(id)}`,
});

const unlock = { kind: 'unlock', text: `select pg_advisory_unlock(${lockKey})` } as const;

const onPostgres: RunProtocol = {
  bookkeepingTables: [table, 'graphile_migrate.current'],
  bookkeepingSchemas: ['graphile_migrate'],
  setup: [
    'create schema if not exists graphile_migrate',
    `create table if not exists ${table} (
      hash text primary key,
      previous_hash text references ${table},
      filename text not null,
      date timestamptz not null default now()
    )`,
    `create table if not exists graphile_migrate.current (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    )`,
  ],
  steps(migration) {
    const record = { kind: 'record', text: insertRow(migration) } as const;
    return [
      {
        kind: 'lock',
        text: `select pg_try_advisory_lock(${lockKey}) as locked`,
        decide: ([row]) => (row?.locked === false ? refused('Failed to get exclusive lock') : { run: true }),
      },
      {
        kind: 'check',
        text: `select filename, previous_hash as "previousHash", hash, date from ${table} order by filename desc limit 1`,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'begin' }, ...statementSteps(migration), record, { kind: 'commit', text: 'commit' }] as const)
        : [...statementSteps(migration), record]),
      unlock,
    ];
  },
  onError: ({ up }) => [...(up.execution.wrapped ? [{ kind: 'record', text: 'rollback' } as const] : []), unlock],
  ...history,
};

/** What `commit` writes above a migration. */
const isCommitted = oncePerFile(({ text }) => /^--! Previous: /m.test(text) && /^--! Hash: /m.test(text));

export const graphileMigrate: BuiltInFramework = {
  name: 'graphile-migrate',
  displayName: 'graphile-migrate',
  engine: 'postgres',

  detect(files) {
    const own = sqlFiles(files).filter((file) => (committed.test(file.path) && isCommitted(file)) || current.test(file.path));
    if (own.some((file) => committed.test(file.path))) return 0.96;
    return own.length > 0 && files.some(({ path }) => isGraphileSettings(path)) ? 0.96 : 0;
  },

  read(files, options) {
    const placeholders = { ...graphilePlaceholders(files), ...options.placeholders };
    const given = { ...options, placeholders };
    const done = sqlFiles(files)
      .filter(({ path }) => committed.test(path))
      .toSorted((left, right) => byText(idOf(left), idOf(right)));
    const parts = sqlFiles(files)
      .filter(({ path }) => current.test(path))
      .toSorted((left, right) => byNumber(partOf(left), partOf(right)));
    const next = BigInt(committed.exec(done.at(-1)?.path ?? '')?.[1] ?? 0) + 1n;
    return [
      ...done.map((file, place) => readCommitted(file, done[place - 1], given)),
      ...parts.map((file, place) => readCurrent(file, next + BigInt(place), given)),
    ];
  },

  run: () => onPostgres,

  firstLine: /^--! /,
  // README, "Disable Transaction".
  noTransactionMark: (text) => {
    if (findComment(text, noTransaction) !== undefined) return undefined;
    const { bodyStart } = readGraphileFile(text);
    const blank = /^\s*/.exec(text.slice(bodyStart))?.[0].length ?? 0;
    return lineMark(bodyStart + blank, '--! no-transaction');
  },
  withoutNoTransactionMark: (text) => removedLine(text, noTransaction),

  placeDown: () => ({
    kind: 'unsupported',
    why: 'graphile-migrate has no down migrations: a change is taken back by a new migration. Keep these statements for that.',
  }),
};

const noTransaction = /^--!\s*no-transaction\b/;

/** The name without its message, as the history has it: `000002.sql` for `committed/000002-add-email.sql`. */
function idOf({ path }: SourceFile): string {
  return `${committed.exec(path)?.[1] ?? path}.sql`;
}

function partOf({ path }: SourceFile): string {
  return current.exec(path)?.[1] ?? '0';
}

function readCommitted(file: SourceFile, before: SourceFile | undefined, options: ReadOptions): Result<Migration> {
  const read = readGraphileFile(file.text);
  const hash = read.headers.get('Hash');
  for (const name of ['Previous', 'Hash']) {
    if (!read.headers.has(name)) return problem(`Invalid committed migration '${file.path}': no '${name}' comment.`, file.path);
  }
  const refusal = refusalOfCommitted(file, read, before);
  return success(migrationOf(file, idOf(file), hash, programOf(file, read, refusal, options), options));
}

function refusalOfCommitted(file: SourceFile, read: GraphileFile, before: SourceFile | undefined): string | undefined {
  const { headers, bodyStart, isSeparated } = read;
  if (!isSeparated) return 'there should be two newlines after the headers section';
  const previous = headers.get('Previous') === '-' ? undefined : headers.get('Previous');
  const expected = before === undefined ? undefined : readGraphileFile(before.text).headers.get('Hash');
  if (previous !== expected) {
    return before === undefined
      ? `it expected a previous migration ('${previous}'), but no correctly ordered previous migration was found`
      : `previous migration with hash '${expected}' doesn't match its expected previous hash '${previous ?? '-'}'`;
  }
  const changed = graphileHash(file.text.slice(bodyStart), previous) !== headers.get('Hash');
  if (changed === headers.has('AllowInvalidHash')) return undefined;
  return changed
    ? 'its hash does not match: it was changed since it was committed (--! AllowInvalidHash allows that)'
    : 'AllowInvalidHash is there, but the hash matches';
}

/** The number that it gets when it is committed; only then it has a hash that counts. */
function readCurrent(file: SourceFile, number: bigint, options: ReadOptions): Result<Migration> {
  const read = readGraphileFile(file.text);
  const refusal =
    read.isWithoutTransaction && file.path !== 'current.sql'
      ? "cannot use '--! no-transaction' with 'current/' directory migrations; use 'current.sql' instead"
      : undefined;
  const id = `${number.toString().padStart(6, '0')}.sql`;
  return success(
    migrationOf(file, id, graphileHash(file.text.slice(read.bodyStart), id), programOf(file, read, refusal, options), options),
  );
}

function migrationOf(file: SourceFile, id: string, checksum: string | undefined, up: Program, { engine }: ReadOptions): Migration {
  return {
    id,
    title: baseName(file.path),
    framework: 'graphile-migrate',
    engine,
    up,
    downUnsupported: true,
    ...(checksum === undefined ? {} : { checksum }),
  };
}

function programOf(file: SourceFile, read: GraphileFile, refusal: string | undefined, options: ReadOptions): Program {
  const execution: ProgramExecution = {
    requests: 'single-request',
    wrapped: !read.isWithoutTransaction,
    because: read.isWithoutTransaction
      ? 'no-transaction: graphile-migrate sends the file as one query without a transaction of its own, and records it afterwards'
      : 'graphile-migrate runs the file in one transaction, together with its history row',
    ...(refusal === undefined ? {} : { refused: refusal }),
  };
  const unread = includesOf(file);
  const program = readProgram('up', file, { start: read.bodyStart, end: file.text.length }, execution, options);
  return unread.length === 0 ? program : { ...program, unread };
}

/** `--!include people.sql`, which version 2 replaces by a file of `fixtures` when the migration is committed. */
function includesOf(file: SourceFile): readonly UnreadCall[] {
  const lines = new LineIndex(file.text);
  return [...file.text.matchAll(/^--![ \t]*include[ \t]+.*$/gm)].map(({ 0: text, index }) => ({
    range: lines.range({ start: index, end: index + text.length }),
    text,
    why: 'the file that it includes is put in when the migration is committed, and is not read before',
  }));
}

/** The one before is the last of the history when this one is run. */
function insertRow({ id, checksum = '' }: Migration): string {
  const previous = `(select hash from ${table} order by filename desc limit 1)`;
  return `insert into ${table} (hash, previous_hash, filename) values (${quoteLiteral(checksum)}, ${previous}, ${quoteLiteral(id)})`;
}
