import type { SuiteCase } from '../case';

export default {
  title: 'The same exchange in one transaction: all of it or nothing',
  modes: ['table swap incomplete'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, total numeric(12,2));
`,
  migration: `
BEGIN;
CREATE TABLE orders_new (LIKE orders INCLUDING ALL);
INSERT INTO orders_new SELECT * FROM orders;
ALTER TABLE orders RENAME TO orders_old;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;
`,
  commits: [6],
  alone: [3, 5],
  circles: [],
} satisfies SuiteCase;
