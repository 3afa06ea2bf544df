import type { SuiteCase } from '../case';

export default {
  title: 'golang-migrate is dirty before it begins; the server undoes the one request, and dirty it stays',
  framework: 'golang-migrate',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
} satisfies SuiteCase;
