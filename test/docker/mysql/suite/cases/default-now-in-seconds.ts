import type { MysqlCase } from '../case';

export default {
  title: 'Values that differ from run to run, and are the same within a second',
  migration: `
ALTER TABLE orders ADD COLUMN paid_at datetime NULL;
UPDATE orders SET paid_at = NOW();
ALTER TABLE orders ADD INDEX orders_paid (paid_at);
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies MysqlCase;
