import type { SuiteCase } from '../case';

export default {
  title: 'A file that locks a table is run in one transaction',
  transaction: true,
  migration: `
LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;
UPDATE orders SET note = upper(note);
ALTER TABLE orders ADD COLUMN currency text;
`,
  circles: [2, 3],
} satisfies SuiteCase;
