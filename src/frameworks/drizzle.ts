import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Migration, ProgramExecution } from '../model/migration';
import { success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import type { Span } from '../model/text';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { readRequests } from '../parse/read';
import { byEngine } from './by-engine';
import { drizzleTime, isInFolder } from './drizzle-time';
import { baseName, byText, confidence, dependsOn, folderPrefix, sqlFiles } from './files';
import { drizzleHistory } from './histories/drizzle';
import { statementSteps } from './history';
import { drizzleOnMysql } from './mysql/drizzle';

/**
 * Drizzle (`drizzle-kit migrate`, `migrate()` of drizzle-orm), from its package: `migrator.js` (the journal says which files there are, in
 * which order, and when they were made; a file is cut at its breakpoints) and `pg-core/dialect.js` (history table; all pending migrations and their rows are
 * one transaction). It takes no lock.
 *
 * Since 1.0 each migration has a folder (`20240102030405_name/migration.sql`), there is no journal, and what is not in the history by the name
 * of its folder is run (`migrator.js`, `migrator.utils.js`).
 */

const table = 'drizzle.__drizzle_migrations';
const breakpoint = '--> statement-breakpoint';

const { decide, ...history } = drizzleHistory({ table, insertRow, deleteRow });

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    'CREATE SCHEMA IF NOT EXISTS drizzle',
    // `name` is there since 1.0, and stays empty before.
    `CREATE TABLE IF NOT EXISTS ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name text)`,
  ],
  steps: (migration) => [
    {
      kind: 'check',
      text: isInFolder(migration)
        ? `select id, hash, created_at, name from ${table}`
        : `select id, hash, created_at from ${table} order by created_at desc limit 1`,
      decide: (rows) => decide(migration, rows),
    },
    { kind: 'begin', text: 'begin' },
    ...statementSteps(migration),
    { kind: 'record', text: insertRow(migration) },
    { kind: 'commit', text: 'commit' },
  ],
  onError: () => [{ kind: 'record', text: 'rollback' }],
  ...history,
};

export const drizzle: BuiltInFramework = {
  name: 'drizzle',
  displayName: 'Drizzle',

  detect(files) {
    if (files.some(isJournal) && sqlFiles(files).length > 0) return 0.98;
    // Prisma names its folders in the same way, and has marks of its own.
    const inFolders = sqlFiles(files).some(({ path }) => ownFolder.test(path));
    if (inFolders && (dependsOn(files, 'drizzle-orm', 'drizzle-kit') || files.some(({ text }) => text.includes(breakpoint)))) return 0.9;
    return confidence(files, (file) => file.text.includes(breakpoint));
  },

  read(files, options) {
    const folders = sqlFiles(files).filter(({ path }) => ownFolder.test(path));
    if (folders.length > 0 && !files.some(isJournal)) {
      return folders
        .toSorted((left, right) => byText(left.path, right.path))
        .map((file) => success(readMigration(file, undefined, options)));
    }
    const times = journalTimes(files.find(isJournal));
    // The journal is gone through from top to bottom; the times only say what is passed over.
    const places = new Map([...times.keys()].map((tag, place) => [tag, place]));
    return sqlFiles(files)
      .filter((file) => folderPrefix(file.path) === '' && (times.size === 0 || times.has(tagOf(file))))
      .toSorted((left, right) => (places.get(tagOf(left)) ?? 0) - (places.get(tagOf(right)) ?? 0) || byText(left.path, right.path))
      .map((file) => success(readMigration(file, times.get(tagOf(file)), options)));
  },

  run: byEngine(onPostgres, drizzleOnMysql),

  placeDown: () => ({
    kind: 'unsupported',
    why: 'Drizzle has no down migrations: a change is taken back by a new migration. Keep these statements for that (drizzle-kit generate --custom).',
  }),
};

/** `drizzle-kit generate` of 1.0. */
const ownFolder = /^(\d{14}_[^/]+)\/migration\.sql$/;

function isJournal(file: SourceFile): boolean {
  return file.path === 'meta/_journal.json';
}

function tagOf(file: SourceFile): string {
  return baseName(file.path).replace(/\.sql$/, '');
}

/** Name of a file, without its ending, to the milliseconds at which it was made, in the journal's order. Empty when there is no journal that can be read. */
function journalTimes(journal: SourceFile | undefined): ReadonlyMap<string, number> {
  try {
    const parsed: unknown = journal === undefined ? undefined : JSON.parse(journal.text);
    const entries = isRecord(parsed) && Array.isArray(parsed.entries) ? parsed.entries.filter(isRecord) : [];
    return new Map(entries.map((entry) => [String(entry.tag), Number(entry.when) || 0]));
  } catch {
    return new Map();
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function readMigration(file: SourceFile, when: number | undefined, options: ReadOptions): Migration {
  const requests = readRequests(file.text, betweenBreakpoints(file.text), options).filter((statements) => statements.length > 0);
  const groups = requests.map((statements) => statements.map(({ index }) => index));
  const execution: ProgramExecution = {
    requests: 'per-statement',
    wrapped: true,
    because: 'Drizzle runs all pending migrations in one transaction, together with their history rows',
    ...(groups.every((group) => group.length === 1) ? {} : { groups }),
  };
  const program = {
    direction: 'up',
    path: file.path,
    span: { start: 0, end: file.text.length },
    statements: requests.flat(),
    execution,
  } as const;
  const folder = ownFolder.exec(file.path)?.[1];
  return {
    id: folder ?? (when === undefined ? tagOf(file) : `${when}_${tagOf(file)}`),
    title: folder ?? baseName(file.path),
    framework: 'drizzle',
    engine: options.engine,
    up: program,
    downUnsupported: true,
    checksum: bytesToHex(sha256(utf8ToBytes(file.text))),
  };
}

/** What Drizzle sends in one request each. */
function betweenBreakpoints(text: string): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(breakpoint, start);
    const end = found === -1 ? text.length : found;
    spans.push({ start, end });
    start = found === -1 ? text.length + 1 : end + breakpoint.length;
  }
  return spans;
}

function insertRow(migration: Migration): string {
  const hash = quoteLiteral(migration.checksum ?? '');
  return isInFolder(migration)
    ? `insert into ${table} ("hash", "created_at", "name") values(${hash}, ${drizzleTime(migration)}, ${quoteLiteral(migration.id)})`
    : `insert into ${table} ("hash", "created_at") values(${hash}, ${drizzleTime(migration)})`;
}

function deleteRow(migration: Migration): string {
  return isInFolder(migration)
    ? `delete from ${table} where "name" = ${quoteLiteral(migration.id)}`
    : `delete from ${table} where "hash" = ${quoteLiteral(migration.checksum ?? '')} and "created_at" = ${drizzleTime(migration)}`;
}
