import type { Migration, ProgramExecution } from '../model/migration';
import { success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { baseName, byText, folderPrefix, problem, readProgram, sqlFiles, wholeFile } from './files';
import { rowsOf, sqlStep, statementSteps } from './history';

/**
 * The Supabase CLI (`supabase db push`, `supabase migration up`), from its sources: `pkg/migration/file.go` (names; all statements and the
 * history row go out as one pipeline with one Sync, which PostgreSQL runs as one transaction), `pkg/migration/history.go` (history table)
 * and `pkg/migration/apply.go` (RESET ALL before each file; it takes no lock).
 */

const fileName = /^(\d+)_(.*)\.sql$/;
const table = 'supabase_migrations.schema_migrations';

const execution: ProgramExecution = {
  requests: 'per-statement',
  wrapped: true,
  because: 'the Supabase CLI sends all statements and its history row as one pipeline, which PostgreSQL runs as one transaction',
};

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    'CREATE SCHEMA IF NOT EXISTS supabase_migrations',
    `CREATE TABLE IF NOT EXISTS ${table} (version text NOT NULL PRIMARY KEY)`,
    `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS statements text[]`,
    `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS name text`,
  ],
  steps: (migration) => [
    {
      kind: 'check',
      text: `SELECT version FROM ${table} ORDER BY version`,
      decide: (rows) => (rows.some((row) => row.version === migration.id) ? { run: false, why: 'already applied' } : { run: true }),
    },
    { kind: 'begin', text: 'BEGIN' },
    ...statementSteps(migration),
    { kind: 'record', text: insertRow(migration) },
    { kind: 'commit', text: 'COMMIT' },
  ],
  onError: () => [{ kind: 'record', text: 'ROLLBACK' }],
  markApplied: (migration) => [
    sqlStep(
      `Record ${migration.id} as applied`,
      `Without the row the next push runs the migration again. With the tool: supabase migration repair --status applied ${migration.id}`,
      `${insertRow(migration)} ON CONFLICT DO NOTHING;`,
    ),
  ],
  markNotApplied: ({ id }) => [
    sqlStep(
      `Remove ${id} from the history`,
      `Without the row the next push runs the migration again. With the tool: supabase migration repair --status reverted ${id}`,
      `DELETE FROM ${table} WHERE version = ${quoteLiteral(id)};`,
    ),
  ],
  recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.version === id) ? 'applied' : 'absent'),
};

export const supabase: BuiltInFramework = {
  name: 'supabase',
  displayName: 'Supabase CLI',

  // Its files look like those of others; its configuration lies in the folder above.
  detect(files) {
    const isSupabase = files.some((file) => file.path === '../config.toml' && /^\s*project_id\s*=/m.test(file.text));
    return isSupabase && sqlFiles(files).some((file) => fileName.test(file.path)) ? 0.97 : 0;
  },

  read(files, options) {
    const firstOf = new Map<string, SourceFile>();
    return sqlFiles(files)
      .filter((file) => folderPrefix(file.path) === '' && fileName.test(file.path))
      .toSorted((left, right) => byText(left.path, right.path))
      .map((file) => {
        const version = versionOf(file);
        const before = firstOf.get(version);
        if (before === undefined) {
          firstOf.set(version, file);
          return success(readMigration(file, options));
        }
        const why = `its history row fails with 23505, since ${table} has each version once`;
        return problem(
          `${file.path} has the version ${version}, which ${before.path} has already: ${why}. Give one of the two files another version.`,
          file.path,
        );
      });
  },

  run: () => onPostgres,

  placeDown: () => ({
    kind: 'unsupported',
    why: 'The Supabase CLI has no down migrations: a change is taken back by a new migration. Keep these statements for that.',
  }),
};

function versionOf({ path }: SourceFile): string {
  return fileName.exec(baseName(path))?.[1] ?? path;
}

function readMigration(file: SourceFile, options: ReadOptions): Migration {
  return {
    id: versionOf(file),
    title: baseName(file.path),
    framework: 'supabase',
    engine: options.engine,
    up: readProgram('up', file, wholeFile(file), execution, options),
    downUnsupported: true,
  };
}

function insertRow({ id, title, up }: Migration): string {
  const name = fileName.exec(title)?.[2] ?? title;
  const statements = up.statements.map((statement) => quoteLiteral(statement.sent)).join(', ');
  return `INSERT INTO ${table} (version, name, statements) VALUES (${quoteLiteral(id)}, ${quoteLiteral(name)}, ARRAY[${statements}]::text[])`;
}
