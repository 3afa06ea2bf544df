import type { SuiteCase } from '../case';

export default {
  title: 'Flyway without a transaction writes down a failure, and refuses to go on',
  framework: 'flyway',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
