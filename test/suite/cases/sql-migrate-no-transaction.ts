import type { SuiteCase } from '../case';

export default {
  title: 'sql-migrate without a transaction: what was done stays, and is not recorded',
  framework: 'sql-migrate',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
