import type { MysqlCase } from '../case';

export default {
  title: 'A generated column and its index',
  migration: `
ALTER TABLE orders ADD COLUMN total_cents bigint GENERATED ALWAYS AS (total * 100) STORED;
CREATE INDEX orders_cents ON orders (total_cents);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
