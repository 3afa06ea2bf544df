import type { SuiteCase } from '../case';

export default {
  title: 'Values wait in a plain table while their column is emptied: they can be brought back',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'note ' || g FROM generate_series(1, 20) g;
`,
  migration: `
CREATE TABLE keep AS SELECT id, note FROM orders;
UPDATE orders SET note = NULL;
UPDATE orders SET note = keep.note FROM keep WHERE keep.id = orders.id;
ALTER TABLE orders ADD COLUMN currency text;
`,
  stays: { 1: 'broken', 2: 'broken back~', 3: 'broken' },
} satisfies SuiteCase;
