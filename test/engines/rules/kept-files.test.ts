import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { codeOf, database, majors, startServer, withClient } from './server';

beforeAll(loadParser);

/** What stays as it is on the disk, which file is another one afterwards, and the rules that are silent for it. */
const cases = [
  {
    setup: 'CREATE EXTENSION citext;\nCREATE TABLE t (a text, n int);\nCREATE INDEX i ON t (a);\nCREATE INDEX j ON t (n);',
    statement: 'ALTER TABLE t ALTER a TYPE citext',
    changed: ['i'],
    silent: 'column-type-rewrite',
  },
  {
    setup: 'CREATE EXTENSION citext;\nCREATE TABLE t (a varchar(50));\nCREATE INDEX i ON t (a);',
    statement: 'ALTER TABLE t ALTER a TYPE citext',
    changed: ['i'],
    silent: 'column-type-rewrite',
  },
  {
    setup: 'CREATE EXTENSION citext;\nCREATE TABLE t (a citext);\nCREATE INDEX i ON t (a);',
    statement: 'ALTER TABLE t ALTER a TYPE varchar',
    changed: ['i'],
    silent: 'column-type-rewrite',
  },
  {
    setup: 'CREATE TABLE t (a text);\nCREATE INDEX i ON t (a);',
    statement: 'ALTER TABLE t ALTER a TYPE text COLLATE "C"',
    changed: ['i'],
    silent: 'column-type-rewrite',
  },
  {
    setup: 'CREATE TABLE t (a varchar(50));\nCREATE INDEX i ON t (a);',
    statement: 'ALTER TABLE t ALTER a TYPE text',
    changed: [],
    silent: 'column-type-rewrite',
  },
  { setup: 'CREATE TABLE t (a int);', statement: 'ALTER TABLE t SET LOGGED', changed: [], silent: 'blocking-maintenance' },
  { setup: 'CREATE UNLOGGED TABLE t (a int);', statement: 'ALTER TABLE t SET UNLOGGED', changed: [], silent: 'blocking-maintenance' },
  {
    setup: 'CREATE TABLE t (a int);\nCREATE INDEX i ON t (a);',
    statement: 'CREATE INDEX IF NOT EXISTS i ON t (a)',
    changed: [],
    silent: 'index-not-concurrent',
  },
];

describe.each(majors)('PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  it.each(cases)('$statement, after $setup', async ({ setup, statement, changed, silent }) => {
    const address = await database(sandbox, `${setup}\nINSERT INTO t SELECT FROM generate_series(1, 500);`);
    await withClient(address, async (client) => {
      const files = async () => {
        const { rows } = await client.query<{ relname: string; relfilenode: string }>(
          "SELECT relname, relfilenode::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
        );
        return new Map(rows.map((row) => [row.relname, row.relfilenode]));
      };
      const before = await files();
      expect(await codeOf(client.query(statement))).toBe('accepted');
      const after = await files();
      expect([...after].filter(([name, file]) => before.get(name) !== file).map(([name]) => name)).toEqual(changed);
    });
    const { reports } = lintFolder({
      files: [
        { path: '0001_setup.sql', text: setup },
        { path: '0002_change.sql', text: `${statement};\n` },
      ],
      paths: ['0002_change.sql'],
      configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
    });
    expect(reports.flatMap(({ findings }) => findings.map(({ rule }) => rule))).not.toContain(silent);
  });
});
