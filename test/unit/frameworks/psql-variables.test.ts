import { beforeAll, describe, expect, it } from 'vitest';
import { psqlVariables } from '../../../src/frameworks/psql-variables';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

describe('variables of psql', () => {
  it('have the values that psql gives them', () => {
    const text = [
      '\\set tbl users',
      "\\set quoted 'it''s' ' here'",
      "\\set literal '''text'''",
      '\\set joined a b c',
      '\\set empty',
      '\\set of_other :tbl',
      '\\set command `date`',
      '\\set twice 1',
      '  \\set twice 2',
      "SELECT '\\set no 1';",
    ].join('\n');
    expect(psqlVariables(text)).toEqual({ tbl: 'users', quoted: "it's here", literal: "'text'", joined: 'abc', empty: '' });
  });

  it('are replaced in the file that sets them', () => {
    const { migrations, reports } = lintFolder({
      files: [
        {
          path: '0001_a.sql',
          text: "\\set tbl users\r\n\\set n 'It''s'\r\nCREATE TABLE :tbl (id bigint, n text DEFAULT :'n');\r\nCREATE INDEX ON :\"tbl\" (n);\r\n",
        },
        { path: '0002_b.sql', text: 'CREATE TABLE :tbl (id bigint);\n' },
      ],
    });
    expect(migrations.flatMap(({ migration }) => migration.up.statements).map(({ sent }) => sent)).toEqual([
      "CREATE TABLE users (id bigint, n text DEFAULT 'It''s')",
      'CREATE INDEX ON users (n)',
      'CREATE TABLE :tbl (id bigint)',
    ]);
    expect(reports.map(({ findings }) => findings.some(({ rule }) => rule === 'unresolved-placeholder'))).toEqual([false, true]);
  });
});
