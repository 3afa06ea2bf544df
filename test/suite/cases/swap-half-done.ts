import type { SuiteCase } from '../case';

export default {
  title: 'A table is exchanged for a copy by two renames: between them there is none of its name',
  modes: ['table swap incomplete'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, total numeric(12,2));
`,
  migration: `
CREATE TABLE orders_new (LIKE orders INCLUDING ALL);
INSERT INTO orders_new SELECT * FROM orders;
ALTER TABLE orders RENAME TO orders_old;
ALTER TABLE orders_new RENAME TO orders;
`,
  circles: [2],
  stays: { 1: 'broken', 2: 'broken', 3: 'broken' },
} satisfies SuiteCase;
