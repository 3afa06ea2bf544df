import { beforeAll, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { simulateFiles } from './simulating';

beforeAll(() => loadParser());

const change = { '002_change.sql': 'ALTER TABLE kept ADD COLUMN label text;' };
const options = { faults: ['error'], points: ['before'] } as const;

it('a simulation says for which tables no rows could be made', async () => {
  const tables = 'CREATE TABLE kept (id int PRIMARY KEY);\nCREATE TABLE parts (x int) PARTITION BY LIST (x);';
  const { migration } = await simulateFiles({ '001_tables.sql': tables, ...change }, '002_change.sql', options);
  expect(migration.unfilled).toEqual([{ table: 'public.parts', why: 'it has no partitions' }]);
});

it('and nothing where all of them got some', async () => {
  const { migration } = await simulateFiles(
    { '001_tables.sql': 'CREATE TABLE kept (id int PRIMARY KEY);', ...change },
    '002_change.sql',
    options,
  );
  expect(migration.unfilled).toBeUndefined();
});
