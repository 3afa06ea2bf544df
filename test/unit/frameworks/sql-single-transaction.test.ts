import { beforeAll, expect, test } from 'vitest';
import { sql } from '../../../src/frameworks/sql';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

function stepsOf(text: string): readonly string[] {
  const [read] = sql.read([{ path: '1.sql', text }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
  if (!read?.ok) throw new Error('it reads');
  return sql
    .run(read.value.engine)
    .steps(read.value)
    .map((step) => step.kind);
}

test('a file that locks a table runs in one transaction, unless it opens one itself', () => {
  expect(stepsOf('SELECT 1; LOCK TABLE a;')).toEqual(['begin', 'statements', 'statements', 'commit']);
  expect(stepsOf('BEGIN; LOCK TABLE a; COMMIT;')).toEqual(['statements', 'statements', 'statements']);
  expect(stepsOf('SELECT 1;')).toEqual(['statements']);
});
