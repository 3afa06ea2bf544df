import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const tables = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, done boolean);\n';
const timeout = "SET lock_timeout = '2s';\n";

/** Findings in the last of these plain SQL files: rule, the text they stand at, and what to do. */
function lint(...texts: readonly string[]) {
  const files = [tables, ...texts].map((text, index) => ({ path: `000${index + 1}_x.sql`, text }));
  const last = files.at(-1) ?? { path: '', text: '' };
  const { reports } = lintFolder({ files, paths: [last.path], configuration: { ...defaultConfiguration, framework: 'sql' } });
  const lines = new LineIndex(last.text);
  return reports.flatMap((report) =>
    report.findings
      .filter(({ rule }) => rule !== 'missing-rollback')
      .map(({ rule, range, help, fixes }) => {
        const span = lines.span(range);
        return { rule, at: last.text.slice(span.start, span.end), help, fixes: fixes.length };
      }),
  );
}

describe('DDL in a DO block', () => {
  it('is found at its place, with no fix that could not be applied there', () => {
    const [found, ...others] = lint(`${timeout}DO $$\nBEGIN\n  CREATE INDEX i ON users (email);\nEND $$;\n`);
    expect(found).toMatchObject({ rule: 'index-not-concurrent', at: 'CREATE INDEX i ON users (email)', fixes: 0 });
    expect(found?.help).toContain('It stands in a DO block');
    expect(others).toEqual([]);
  });

  it('is found behind IF, in EXECUTE with a constant text, and in a loop', () => {
    const text = `${timeout}DO $$ BEGIN
  IF true THEN ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid(); END IF;
  FOR i IN 1..2 LOOP EXECUTE 'ALTER TABLE users ALTER COLUMN email SET NOT NULL'; END LOOP;
  UPDATE users SET done = true;
END $$;\n`;
    expect(lint(text).map(({ rule }) => rule)).toEqual(['add-column-rewrite', 'set-not-null-scan', 'unbatched-write']);
  });

  it('takes its locks for the whole block', () => {
    const [found, ...others] = lint('DO $$ BEGIN IF now() > now() THEN ALTER TABLE users ADD COLUMN a int; END IF; END $$;\n');
    expect(found).toMatchObject({ rule: 'missing-lock-timeout', fixes: 1 });
    expect(others).toEqual([]);
  });

  it('can never be concurrent', () => {
    const [found] = lint('DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON users (email); END $$;\n');
    expect(found).toMatchObject({ rule: 'concurrent-in-transaction', fixes: 0 });
  });

  it('is silent for batches, for guarded types, and for what the block makes itself', () => {
    const batches =
      'DO $$ BEGIN LOOP UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE done IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;\n';
    const type = "DO $$ BEGIN CREATE TYPE kind AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n";
    const table = 'DO $$ BEGIN CREATE TABLE new_ones (id bigint PRIMARY KEY, a text); CREATE INDEX i ON new_ones (a); END $$;\n';
    for (const text of [batches, type, table]) expect(lint(text), text).toEqual([]);
  });

  it('is known to the migrations behind it', () => {
    const made = 'DO $$ BEGIN ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL); END $$;\n';
    const required = `${timeout}SET statement_timeout = '9s';\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n`;
    expect(lint(required).map(({ rule }) => rule)).toEqual(['set-not-null-scan']);
    expect(lint(made, required)).toEqual([]);
  });
});

describe('DDL in a function that the migration calls', () => {
  it('is found at the call', () => {
    const made = 'CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET done = true; END $$;\n';
    const [found, ...others] = lint(made, 'SELECT fill();\n');
    expect(found).toMatchObject({ rule: 'unbatched-write', at: 'SELECT fill()', fixes: 0 });
    expect(found?.help).toContain('function fill');
    expect(others).toEqual([]);
  });

  it('is found in a body in plain quotes, which is not the text of a default', () => {
    const made = "CREATE FUNCTION fill(a text DEFAULT 'x') RETURNS void LANGUAGE sql AS 'UPDATE users SET done = true';\n";
    expect(lint(made, 'SELECT fill();\n')).toMatchObject([{ rule: 'unbatched-write', at: 'SELECT fill()' }]);
    expect(lint("DO 'BEGIN DELETE FROM users; END';\n")).toMatchObject([{ rule: 'unbatched-write', at: 'DELETE FROM users' }]);
  });
});
