import type { SuiteCase } from '../case';

export default {
  title: 'A column is added, filled and required, statement by statement: a retry meets the column',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies SuiteCase;
