import type { SuiteCase } from '../case';

export default {
  title: 'Contract: the old column goes, and its values with it',
  migration: `
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders RENAME COLUMN total TO amount;
`,
  stays: { 1: 'broken back~' },
} satisfies SuiteCase;
