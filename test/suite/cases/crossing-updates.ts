import type { SuiteCase } from '../case';

export default {
  title: 'One transaction writes two tables: whoever takes them in the other order meets it',
  modes: ['deadlock'],
  migration: `
BEGIN;
UPDATE orders SET note = 'seen';
UPDATE customers SET visits = 0;
COMMIT;
`,
  commits: [4],
  circles: [2, 3],
} satisfies SuiteCase;
