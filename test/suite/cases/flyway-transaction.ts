import type { SuiteCase } from '../case';

export default {
  title: 'Flyway commits, and then writes its history: between the two it is done and not recorded',
  framework: 'flyway',
  migration: `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
`,
  // Statement 1 holds the strongest lock there is on the same table.
  alone: [2],
} satisfies SuiteCase;
