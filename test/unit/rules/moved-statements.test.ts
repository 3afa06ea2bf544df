import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/lint/fixes';
import { loadParser } from '../../../src/parse/load';
import { lintExample } from './linting';

beforeAll(loadParser);

const tables = 'CREATE TABLE p (id bigint PRIMARY KEY, code text);\nCREATE TABLE c (id bigint PRIMARY KEY, p_code text, n text);\n';

/** The fixes of the first finding of a rule in a migration behind `tables`. */
function fixesOf(rule: string, text: string, earlier = tables) {
  const files = [
    { path: 'V1__t.sql', text: earlier },
    { path: 'V2__m.sql', text },
  ];
  const { reports } = lintExample({ title: '', framework: 'flyway', files }, 'postgres 18');
  const found = reports.find(({ path }) => path === 'V2__m.sql')?.findings.find((finding) => finding.rule === rule);
  expect(found, `${rule} is found`).toBeDefined();
  return found?.fixes ?? [];
}

describe('a statement moves behind the others of its migration', () => {
  it.each([
    ['the name of its index', 'index-not-concurrent', "CREATE INDEX p_code ON p (code);\nCOMMENT ON INDEX p_code IS 'for the search';\n"],
    [
      'the name of its constraint',
      'index-not-concurrent',
      "ALTER TABLE p ADD CONSTRAINT k UNIQUE (code);\nCOMMENT ON CONSTRAINT k ON p IS 'a key';\n",
    ],
    [
      'its key, for a foreign key',
      'concurrent-in-transaction',
      'CREATE UNIQUE INDEX CONCURRENTLY u ON p (code);\nALTER TABLE c ADD FOREIGN KEY (p_code) REFERENCES p (code) NOT VALID;\n',
    ],
    [
      'its key, for a foreign key of a new table',
      'index-not-concurrent',
      'CREATE UNIQUE INDEX u ON p (code);\nCREATE TABLE d (p_code text REFERENCES p (code));\n',
    ],
    [
      'its key, for ON CONFLICT',
      'index-not-concurrent',
      "CREATE UNIQUE INDEX u ON p (code);\nINSERT INTO p VALUES (1, 'a') ON CONFLICT (code) DO NOTHING;\n",
    ],
    ['the rows that it wrote', 'unbatched-write', "UPDATE c SET n = 'x' WHERE n IS NULL;\nALTER TABLE c ALTER COLUMN n SET NOT NULL;\n"],
    [
      'its proof',
      'constraint-validated-at-once',
      'ALTER TABLE c ADD CONSTRAINT nn CHECK (n IS NOT NULL) NOT VALID;\nALTER TABLE c VALIDATE CONSTRAINT nn;\nALTER TABLE c ALTER COLUMN n SET NOT NULL;\n',
    ],
    ['what it sets', 'concurrent-in-transaction', "ALTER SYSTEM SET work_mem = '64MB';\nSELECT pg_reload_conf();\n"],
  ])('but not where a later one needs %s', (_, rule, text) => {
    expect(fixesOf(rule, text)).toEqual([]);
  });

  it.each([
    ['renames its table', 'CREATE INDEX i ON p (code);\nALTER TABLE p RENAME TO parts;\n'],
    ['moves its table', 'CREATE INDEX i ON p (code);\nCREATE SCHEMA old;\nALTER TABLE p SET SCHEMA old;\n'],
    ['drops its table', 'CREATE INDEX i ON p (code);\nDROP TABLE p;\n'],
    ['renames its column', 'CREATE INDEX i ON p (code);\nALTER TABLE p RENAME COLUMN code TO number;\n'],
    ['drops its column', 'CREATE INDEX i ON p (code);\nALTER TABLE p DROP COLUMN code;\n'],
  ])('nor where a later one %s', (_, text) => {
    expect(fixesOf('index-not-concurrent', text)).toEqual([]);
  });

  it('but where a later one renames another column', () => {
    expect(fixesOf('index-not-concurrent', 'CREATE INDEX i ON p (code);\nALTER TABLE c RENAME COLUMN n TO note;\n')).toHaveLength(1);
  });

  it('nor where the partition that it detaches is dropped', () => {
    const earlier = 'CREATE TABLE m (a int) PARTITION BY RANGE (a);\nCREATE TABLE m1 PARTITION OF m FOR VALUES FROM (1) TO (2);\n';
    expect(fixesOf('concurrent-in-transaction', 'ALTER TABLE m DETACH PARTITION m1 CONCURRENTLY;\nDROP TABLE m1;\n', earlier)).toEqual([]);
  });

  it('where the later ones are about something else', () => {
    expect(fixesOf('index-not-concurrent', 'CREATE UNIQUE INDEX u ON p (code);\nALTER TABLE c ADD COLUMN m int;\n')).toHaveLength(1);
  });
});

it('guards the rollback that dropped what a migration of its own drops now', () => {
  const down = '2_b.down.sql';
  const files = [
    { path: '1_t.up.sql', text: tables },
    { path: '2_b.up.sql', text: 'ALTER TABLE c ADD COLUMN m int;\nCREATE INDEX c_n ON c (n);\n' },
    { path: down, text: 'DROP INDEX public.c_n;\nALTER TABLE c DROP COLUMN m;\n' },
  ];
  const { reports } = lintExample({ title: '', framework: 'golang-migrate', files }, 'postgres 18');
  const report = reports.find(({ path }) => path === '2_b.up.sql');
  const [fix] = report?.findings.find(({ rule }) => rule === 'index-not-concurrent')?.fixes ?? [];
  const fixed = applyEdits(
    files,
    (fix?.edits ?? []).map((edit) => ({ path: '2_b.up.sql', ...edit })),
  );
  expect(fixed.find(({ path }) => path === down)?.text).toBe('DROP INDEX IF EXISTS public.c_n;\nALTER TABLE c DROP COLUMN m;\n');
  expect(fixed.find(({ path }) => path === '3_c_n.down.sql')?.text).toBe('DROP INDEX CONCURRENTLY c_n;\n');
});
