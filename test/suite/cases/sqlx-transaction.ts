import type { SuiteCase } from '../case';

export default {
  title: 'sqlx sends the file as one request inside its transaction, under an advisory lock of the session',
  framework: 'sqlx',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
