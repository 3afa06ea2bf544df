import type { SuiteCase } from '../case';

export default {
  title: 'golang-migrate, dirty over statements that may be repeated',
  framework: 'golang-migrate',
  migration: `
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
CREATE INDEX IF NOT EXISTS orders_currency_idx ON orders (currency);
`,
  alone: [2],
} satisfies SuiteCase;
