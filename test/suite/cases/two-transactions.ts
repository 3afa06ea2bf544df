import type { SuiteCase } from '../case';

export default {
  title: 'Two transactions in one file: the first stays when the second is stopped',
  migration: `
BEGIN;
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
COMMIT;
BEGIN;
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
COMMIT;
`,
  commits: [4, 7],
  alone: [3],
  stays: { 4: 'broken' },
} satisfies SuiteCase;
