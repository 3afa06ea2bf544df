import type { SuiteCase } from '../case';

export default {
  title: 'dbmate without a transaction sends the file as one request, which the server makes one transaction: only the record is apart',
  framework: 'dbmate',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
