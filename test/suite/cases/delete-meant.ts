import type { SuiteCase } from '../case';

export default {
  title: 'Old rows are removed, and a check keeps them out',
  migration: `
DELETE FROM orders WHERE id % 2 = 0;
ALTER TABLE orders ADD CONSTRAINT odd CHECK (id % 2 = 1) NOT VALID;
`,
  stays: { 1: 'resumable back~' },
} satisfies SuiteCase;
