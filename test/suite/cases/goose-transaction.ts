import type { SuiteCase } from '../case';

export default {
  title: 'goose commits statements and history together',
  modes: ['open session'],
  framework: 'goose',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
} satisfies SuiteCase;
