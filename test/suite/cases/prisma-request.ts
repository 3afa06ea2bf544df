import type { SuiteCase } from '../case';

export default {
  title: 'Prisma leaves an unfinished row, and refuses every further deploy',
  framework: 'prisma',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
