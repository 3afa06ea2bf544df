import type { SuiteCase } from '../case';

export default {
  title: 'A domain, and a column of it',
  migration: `
CREATE DOMAIN percentage AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
ALTER TABLE orders ADD COLUMN discount percentage;
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
