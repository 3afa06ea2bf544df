import { beforeAll, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { findingsOf, lintExample } from './linting';

beforeAll(loadParser);

/** How many fixes are offered for the COMMIT of a migration of goose. */
function fixesFor(statements: string): number {
  const files = [
    { path: '00001_t.sql', text: "-- +goose Up\nCREATE TABLE t (a int);\nCREATE TYPE mood AS ENUM ('calm');\n" },
    { path: '00002_m.sql', text: `-- +goose Up\n${statements}\n` },
  ];
  const [finding, ...more] = findingsOf(
    lintExample({ title: '', framework: 'goose', files }, 'postgres 18'),
    '00002_m.sql',
    'transaction-control',
  );
  expect(more).toEqual([]);
  expect(finding?.message).toContain('COMMIT ends the transaction of goose');
  return finding?.fixes.length ?? 0;
}

it('a COMMIT is left out only where the statements run without it', () => {
  expect(fixesFor('INSERT INTO t VALUES (1);\nCOMMIT;\nINSERT INTO t VALUES (2);')).toBe(1);
  // 25001 in a transaction.
  expect(fixesFor('COMMIT;\nCREATE INDEX CONCURRENTLY i ON t (a);\nBEGIN;')).toBe(0);
  // 55P04 before the commit.
  expect(fixesFor("ALTER TYPE mood ADD VALUE 'glad';\nCOMMIT;\nCREATE TABLE u (m mood DEFAULT 'glad');")).toBe(0);
});
