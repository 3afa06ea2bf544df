import type { SuiteCase } from '../case';

export default {
  title: 'sqlx without a transaction: the one request is one all the same, and only the record is apart',
  framework: 'sqlx',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
