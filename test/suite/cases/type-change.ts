import type { SuiteCase } from '../case';

export default {
  title: 'A column gets a wider type, which writes the table anew',
  migration: `
ALTER TABLE orders ALTER COLUMN total TYPE numeric(20,4);
ALTER TABLE orders ALTER COLUMN note TYPE varchar(500);
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
