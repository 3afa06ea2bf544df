import type { SuiteCase } from '../case';

export default {
  title: 'dbmate without a transaction: what was done stays, and is not recorded',
  framework: 'dbmate',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
