import type { SuiteCase } from '../case';

export default {
  title: 'dbmate without a transaction sends the file as one request, which the server makes one transaction: only the record is apart',
  framework: 'dbmate',
  transaction: false,
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
} satisfies SuiteCase;
