import type { SuiteCase } from '../case';

export default {
  title: 'golang-migrate is dirty before it begins; the server undoes the one request, and dirty it stays',
  framework: 'golang-migrate',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
