import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { applyEdits } from '../../../src/lint/fixes';
import { type LintedFolder, lintFolder } from '../../../src/lint/lint';
import { defaultEngine } from '../../../src/model/engine';
import type { SourceFile } from '../../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import { type BadExample, isForEngine, type RuleExample } from '../../../src/rules/rule';
import { fingerprint } from '../../../src/state/fingerprint';
import { database, majors, startServer, withClient } from './server';

/** Rows for the tables of the examples, so that constraints and backfills have something to do. */
const rows = `DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ') AS columns, string_agg('n::text::' || format_type(a.atttypid, a.atttypmod), ', ') AS vals
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid::regtype::text IN ('bigint', 'integer', 'text', 'character varying')
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition GROUP BY 1 LOOP
    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM generate_series(1, 50) AS n', t.name, t.columns, t.vals);
  END LOOP;
END $$`;

/** Rules whose fixes keep data that the original destroys, or change nothing that runs. */
const different = new Set(['destructive-change', 'unreadable-statement', 'unused-suppression']);

/** Fixes that end in another schema on purpose, as those of a type change do; none of them is safe. */
const differentTitles = new Set([
  'Make it VIRTUAL: computed on reading',
  // The server leaves a CHECK that says what the bound said (manual, ALTER TABLE, DETACH PARTITION).
  'Detach the partition concurrently',
  // What they add is what was missing.
  'Enable again at the end',
  'Create an index on user_id',
  'Move the sequence past the greatest id',
  'Send whole rows: REPLICA IDENTITY FULL',
  'Widen the sequence too',
  // It did nothing until it was sent.
  'Send it, and wait for it',
]);

/** A fix that makes the migration fail on purpose where something is not as it takes for granted: what its error says. */
const refusing = new Map([['Check the type of what is there first', 'is there with another type']]);

/** What the server refuses in several statements does not run with one of them mended. */
function isRefusedAgain(id: string, { findings }: BadExample): boolean {
  return (id === 'still-needed' || id === 'refused-change') && findings.length > 1;
}

describe.each(majors)('what fixes lead to on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  // Examples are for a version and those behind it; gen_random_uuid() is built in from 13 on.
  const runsOn = (example: RuleExample) =>
    example.engines === undefined && (major >= 13 || !example.files.some((file) => file.text.includes('gen_random_uuid')));
  const cases = allRules
    .filter((rule) => !different.has(rule.id) && isForEngine(rule, defaultEngine))
    .flatMap((rule) =>
      rule.bad
        .filter((example) => runsOn(example) && !isRefusedAgain(rule.id, example))
        .map((example) => [rule.id, example.title, example] as const),
    );

  it.each(cases)('%s: %s', async (id, _, example) => {
    const path = example.path ?? example.files.at(-1)?.path ?? '';
    const original = lint(example, example.files, major);
    const fixes = original.reports.find((report) => report.path === path)?.findings.find((finding) => finding.rule === id)?.fixes ?? [];
    if (fixes.length === 0) return;
    const before = await stateAfter(original, path);
    for (const fix of fixes) {
      const files = applyEdits(
        example.files,
        fix.edits.map((edit) => ({ path, ...edit })),
      );
      const fixed = await stateAfter(lint(example, files, major), path);
      const refusal = refusing.get(fix.title);
      if (refusal !== undefined) {
        expect(fixed.error).toContain(refusal);
        continue;
      }
      // A migration that the server refuses as it stands has no state to compare with: then the fix has to make it run.
      expect(fixed.error, `${fix.title} runs`).toBeUndefined();
      if (differentTitles.has(fix.title) || id === 'column-type-rewrite') expect(fix.safe).toBe(false);
      else if (before.error === undefined) expect(fixed.state, fix.title).toBe(before.state);
    }
  });

  function lint(example: RuleExample, files: readonly SourceFile[], version: number): LintedFolder {
    return lintFolder({
      files,
      configuration: { engineVersion: version, framework: example.framework, rules: {}, images: {}, simulate: {}, placeholders: {} },
    });
  }

  /** Runs the earlier migrations, puts rows in, runs the rest as the framework would, and reads the state. */
  async function stateAfter(folder: LintedFolder, path: string) {
    const address = await database(sandbox, 'CREATE TABLE IF NOT EXISTS unrelated (a int)');
    const position = folder.migrations.findIndex(({ migration }) => migration.up.path === path);
    const created = new Set(
      folder.migrations.flatMap(({ after }) => after.tables.filter((table) => table.complete !== false).map((table) => table.name)),
    );
    return withClient(address, async (client) => {
      for (const [name, sql] of Object.entries(assumed)) if (!created.has(name)) await client.query(sql);
      for (const { migration } of folder.migrations.slice(0, position))
        await client.query(migration.up.statements.map((one) => one.sent).join(';\n'));
      await client.query(rows);
      const error = await runRest(address, folder, position);
      const state = await captureState(client, { bookkeepingTables: [], volatile: { 'public.users': ['token'] } });
      return { error, state: fingerprint(state) };
    });
  }
});

/** Tables that examples of a single file take for granted. */
const assumed = {
  users: 'CREATE TABLE users (id bigint PRIMARY KEY, email text)',
  a: 'CREATE TABLE a (id int, b int, c int)',
} as const;

async function runRest(address: DatabaseAddress, folder: LintedFolder, position: number): Promise<string | undefined> {
  return withClient(address, async (client: pg.Client) => {
    for (const { migration } of folder.migrations.slice(position)) {
      const { execution, statements } = migration.up;
      const texts = statements.map((statement) => statement.sent);
      const requests = execution.requests === 'single-request' ? [texts.join(';\n')] : texts;
      try {
        if (execution.wrapped) await client.query('BEGIN');
        for (const request of requests) await client.query(request);
        if (execution.wrapped) await client.query('COMMIT');
      } catch (error) {
        return `${migration.title}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return undefined;
  });
}
