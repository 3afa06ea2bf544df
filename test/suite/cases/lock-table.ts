import type { SuiteCase } from '../case';

export default {
  title: 'A file that locks a table is run in one transaction',
  transaction: true,
  migration: `
LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;
UPDATE orders SET note = upper(note);
ALTER TABLE orders ADD COLUMN currency text;
`,
  // Readers alone could be in the way of statement 3, and no session of another kind gets past what statement 1 holds.
  alone: [3],
  circles: [2],
} satisfies SuiteCase;
