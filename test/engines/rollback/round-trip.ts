import type pg from 'pg';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { readFolder } from '../../../src/frameworks/registry';
import { type Catalog, emptyCatalog } from '../../../src/model/catalog';
import type { FrameworkName, Migration, Program } from '../../../src/model/migration';
import type { SourceFile } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { type GeneratedDown, generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { withClient } from '../rules/server';

/** A folder of migrations, each to be run, undone by what is generated from texts alone, and run again. */
export interface Folder {
  readonly framework: FrameworkName;
  readonly major: number;
  readonly files: readonly SourceFile[];
  /** What was there before all of them, unknown to the virtual schema. */
  readonly setup?: readonly string[];
}

/** What came of one migration of a folder. */
export type Outcome = { readonly title: string; readonly down: GeneratedDown | undefined } & (
  | { readonly kind: 'refused' | 'no effect'; readonly why: string }
  /** The generator says itself that this part of the schema stays changed. */
  | {
      readonly kind: 'said';
      readonly why: string;
      /** What the server answers where it refuses the rest of the rollback. */
      readonly refused?: string;
    }
  | { readonly kind: 'down refused'; readonly why: string }
  /** `lost`: tables whose rows, and columns whose values, the generator declares as gone; all else was compared. */
  | { readonly kind: 'compared'; readonly lost: readonly string[]; readonly differences: readonly string[] }
);

/** Rows for every table, as far as its constraints let them in, so that what a rollback does to rows shows. */
const rows = `DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT c.oid::regclass AS name, string_agg(quote_ident(a.attname), ', ') AS columns, string_agg('n::text::' || format_type(a.atttypid, a.atttypmod), ', ') AS vals
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND a.attidentity <> 'a' AND a.atttypid::regtype::text IN ('bigint', 'integer', 'smallint', 'text', 'character varying', 'numeric')
    WHERE c.relnamespace::regnamespace::text NOT LIKE 'pg_%' AND c.relnamespace <> 'information_schema'::regnamespace
      AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1 LOOP
    BEGIN
      EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 20) AS n', t.name, t.columns, t.vals);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $$`;

let databases = 0;

/** Every migration of a folder in order: up, generated down (placed in its files and read again), comparison, up again. */
export async function roundTrips(sandbox: Sandbox, folder: Folder): Promise<Outcome[]> {
  const setup = await environment(sandbox, folder);
  const { framework, migrations } = read(folder, folder.files);
  const name = `trip_${++databases}`;
  await sandbox.createDatabase(name);
  const address = sandbox.address(name);
  let before: Catalog = emptyCatalog;
  const outcomes: Outcome[] = [];
  try {
    await withClient(address, async (client) => {
      for (const text of setup) await client.query(text);
    });
    for (const migration of migrations) {
      const after = replay(before, migration.up.statements, migration.engine, migration.up.execution);
      const down = generateDown(migration, before, after);
      const placed = framework.placeDown(withoutDown(migration), withoutOldDown(folder.files, migration), down.statements);
      const program = placed.kind === 'unsupported' || down.statements.length === 0 ? undefined : readBack(folder, migration, placed);
      outcomes.push(await withClient(address, (client) => oneTrip(client, migration, down, program)));
      if (outcomes.at(-1)?.kind === 'refused') break;
      before = after;
    }
  } finally {
    await sandbox.dropDatabases([name]);
  }
  return outcomes;
}

function read(folder: Folder, files: readonly SourceFile[]) {
  return readFolder(files, { engine: { name: 'postgres', major: folder.major }, placeholders: {}, framework: folder.framework });
}

function withoutDown(migration: Migration): Migration {
  const { down: _, ...rest } = migration;
  return rest;
}

/** A file of its own for the old way back would be in the way of the new one. */
function withoutOldDown(files: readonly SourceFile[], { up, down }: Migration): readonly SourceFile[] {
  return down === undefined || down.path === up.path ? files : files.filter((file) => file.path !== down.path);
}

/** The rollback as the framework reads it from where it was put. Undefined where the old one stands in the same file. */
function readBack(folder: Folder, migration: Migration, placed: Placed): Program | undefined {
  if (migration.down !== undefined && migration.down.path === migration.up.path) return undefined;
  const files =
    placed.kind === 'create'
      ? [...folder.files.filter((file) => file.path !== placed.path), { path: placed.path, text: placed.text }]
      : folder.files.map((file) =>
          file.path === placed.path
            ? { ...file, text: file.text.slice(0, placed.span.start) + placed.newText + file.text.slice(placed.span.end) }
            : file,
        );
  const again = read(folder, files).migrations.find((candidate) => candidate.id === migration.id);
  if (again?.down === undefined) throw new Error(`${migration.title}: the rollback is not read back from ${placed.path}`);
  return again.down;
}

type Placed = Exclude<ReturnType<ReturnType<typeof read>['framework']['placeDown']>, { kind: 'unsupported' }>;

/** A tool connects anew for each of its commands: temporary tables and settings are gone by then, and what was left open. */
async function connectAnew(client: pg.Client): Promise<void> {
  await client.query('ROLLBACK');
  await client.query('DISCARD ALL');
}

async function oneTrip(client: pg.Client, migration: Migration, down: GeneratedDown, program: Program | undefined): Promise<Outcome> {
  const title = migration.title;
  await client.query(rows);
  const start = await capture(client);
  const refused = await run(client, migration.up);
  const result = async (): Promise<Outcome> => {
    if (refused !== undefined) return { title, down, kind: 'refused', why: refused };
    const changed = await capture(client);
    if (fingerprint(changed) === fingerprint(start) && down.statements.length === 0)
      return { title, down, kind: 'no effect', why: 'nothing was changed' };
    await connectAnew(client);
    const failed = program === undefined ? await runTexts(client, down.statements) : await run(client, program);
    if (!down.restoresSchema) {
      return { title, down, kind: 'said', why: down.irreversible.join(' '), ...(failed !== undefined && { refused: failed }) };
    }
    if (failed !== undefined) return { title, down, kind: 'down refused', why: failed };
    const reached = maskLost(await capture(client), down.losses);
    const target = maskLost(start, down.losses);
    const differences = stateDifferences(target, reached).map((difference) => JSON.stringify(difference));
    if (differences.length === 0 && fingerprint(reached) !== fingerprint(target)) differences.push('the fingerprints differ');
    const lost = down.losses.map(({ table, columns }) =>
      columns === undefined ? table : columns.map((column) => `${table}.${column}`).join(', '),
    );
    return { title, down, kind: 'compared', lost, differences };
  };
  const outcome = await result();
  await connectAnew(client);
  const again = outcome.kind === 'compared' && outcome.differences.length === 0 ? await run(client, migration.up) : undefined;
  if (outcome.kind === 'compared' && again !== undefined && outcome.lost.length === 0)
    return { ...outcome, differences: [`the migration can't be run again: ${again}`] };
  return outcome;
}

/** Positions of sequences never go back, whatever is rolled back (manual, Sequence Manipulation Functions). */
async function capture(client: pg.Client): Promise<State> {
  const state = await captureState(client, { bookkeepingTables: [], volatile: {}, columnHashes: true });
  return { ...state, sequences: [] };
}

/** Runs a program as its framework does. What only a transaction around it forbids is run without: its effect is the question here. */
async function run(client: pg.Client, program: Program): Promise<string | undefined> {
  const texts = program.statements.map((statement) => statement.sent);
  if (!program.execution.wrapped) return runTexts(client, texts);
  await client.query('BEGIN');
  const refused = await runTexts(client, texts);
  if (refused === undefined) {
    await client.query('COMMIT').catch(() => client.query('ROLLBACK'));
    return undefined;
  }
  await client.query('ROLLBACK');
  return refused.startsWith('25001') || refused.startsWith('55P04') ? runTexts(client, texts) : refused;
}

async function runTexts(client: pg.Client, texts: readonly string[]): Promise<string | undefined> {
  for (const text of texts) {
    try {
      await client.query(text);
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string };
      return `${code} ${message} in: ${text}`;
    }
  }
  return undefined;
}

/** Tables and columns that the examples take for granted are made until the first migration runs; the virtual schema never sees them. */
async function environment(sandbox: Sandbox, folder: Folder): Promise<readonly string[]> {
  const setup = [...(folder.setup ?? [])];
  const { migrations } = read(folder, folder.files);
  for (let attempt = 0; attempt < 25; attempt++) {
    const name = `probe_${++databases}`;
    await sandbox.createDatabase(name);
    let isUsable = true;
    const refused = await withClient(sandbox.address(name), async (client) => {
      isUsable = (await runTexts(client, setup)) === undefined;
      if (!isUsable) return undefined;
      for (const { up } of migrations) {
        const why = await run(client, up);
        if (why !== undefined) return why;
      }
      return undefined;
    });
    await sandbox.dropDatabases([name]);
    // What is missing from a table that the migrations make themselves can't be there before them: the server refuses such examples.
    if (!isUsable) return setup.slice(0, -1);
    const missing = refused === undefined ? undefined : missingObject(refused);
    if (missing === undefined || setup.includes(missing)) return setup;
    setup.push(missing);
  }
  return setup;
}

function missingObject(refused: string): string | undefined {
  const column = /^42703 column "([^"]+)" of relation "([^"]+)" does not exist/.exec(refused);
  if (column) return `ALTER TABLE ${column[2]} ADD COLUMN IF NOT EXISTS "${column[1]}" bigint`;
  const schema = /^3F000 schema "([^"]+)" does not exist/.exec(refused);
  if (schema) return `CREATE SCHEMA "${schema[1]}"`;
  const role = /^42704 role "([^"]+)" does not exist/.exec(refused);
  if (role) return `DO $$ BEGIN CREATE ROLE "${role[1]}"; EXCEPTION WHEN OTHERS THEN NULL; END $$`;
  const relation = /^42P01 relation "([^"]+)" does not exist/.exec(refused);
  if (relation) return `CREATE TABLE ${relation[1]} (id bigint PRIMARY KEY)`;
  const inside = /^42703 column "([^"]+)" .*does not exist in: .*?\b(?:ON|TABLE|UPDATE|FROM|INTO)\s+(?:ONLY\s+)?([\w.]+)/is.exec(refused);
  return inside ? `ALTER TABLE ${inside[2]} ADD COLUMN IF NOT EXISTS "${inside[1]}" bigint` : undefined;
}
