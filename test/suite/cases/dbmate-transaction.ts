import type { SuiteCase } from '../case';

export default {
  title: 'dbmate commits statements and history together',
  modes: ['open session'],
  framework: 'dbmate',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
} satisfies SuiteCase;
