import type { SuiteCase } from '../case';

export default {
  title: 'Flyway without a transaction, and statements that may be repeated: only the failed row is in the way',
  framework: 'flyway',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
CREATE INDEX IF NOT EXISTS orders_currency_idx ON orders (currency);
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
