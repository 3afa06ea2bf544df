import type { SuiteCase } from '../case';

export default {
  title: 'A retry begins by dropping the old table, which is by now the only copy',
  modes: ['table swap incomplete'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, total numeric(12,2));
`,
  migration: `
DROP TABLE IF EXISTS orders_old;
ALTER TABLE orders RENAME TO orders_old;
CREATE TABLE orders (LIKE orders_old INCLUDING ALL);
INSERT INTO orders SELECT * FROM orders_old;
`,
  alone: [1],
  circles: [4],
  stays: { 1: 'rolled-back', 2: 'broken', 3: 'data-lost' },
  except: { 'statement-timeout@during:1': 'impossible' },
} satisfies SuiteCase;
