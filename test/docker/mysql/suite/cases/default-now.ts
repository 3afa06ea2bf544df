import type { MysqlCase } from '../case';

export default {
  title: 'Values that differ from run to run',
  migration: `
ALTER TABLE orders ADD COLUMN created_at datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
UPDATE orders SET created_at = NOW(6);
ALTER TABLE orders ADD INDEX orders_created (created_at);
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies MysqlCase;
