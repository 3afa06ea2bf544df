import type { SuiteCase } from '../case';

export default {
  title: 'Values wait in a temporary table while their column is emptied: they go with the session',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'note ' || g FROM generate_series(1, 20) g;
`,
  migration: `
CREATE TEMPORARY TABLE keep AS SELECT id, note FROM orders;
UPDATE orders SET note = NULL;
UPDATE orders SET note = keep.note FROM keep WHERE keep.id = orders.id;
CREATE TABLE audits (id bigint PRIMARY KEY);
`,
  alone: [4],
  circles: [2],
  stays: { 1: 'rolled-back', 2: 'data-lost back~ forward-', 3: 'rolled-back' },
} satisfies SuiteCase;
