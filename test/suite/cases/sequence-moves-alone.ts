import type { SuiteCase } from '../case';

export default {
  title: 'Numbers that were drawn in a transaction are gone though it is undone: nothing else is left of it',
  migration: `
BEGIN;
INSERT INTO orders (customer_id, total) SELECT id, 1 FROM customers;
ALTER TABLE orders ADD COLUMN currency text;
COMMIT;
`,
  commits: [4],
  circles: [2],
  except: { 'lost-ack@during:2..after:3': 'stuck' },
} satisfies SuiteCase;
