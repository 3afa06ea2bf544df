import type { SuiteCase } from '../case';

export default {
  title: 'Prisma leaves an unfinished row, and refuses every further deploy',
  framework: 'prisma',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
} satisfies SuiteCase;
