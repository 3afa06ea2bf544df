import type { SuiteCase } from '../case';

export default {
  title: 'Drizzle sends what lies between two breakpoints, all in one transaction with its history row',
  framework: 'drizzle',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
--> statement-breakpoint
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
