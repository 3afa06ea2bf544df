import type { MysqlCase } from '../case';

export default {
  title: 'A view that may be there already',
  migration: `
CREATE OR REPLACE VIEW open_orders AS SELECT id, total FROM orders WHERE note IS NULL;
ALTER TABLE orders ADD INDEX orders_total (total);
`,
  stays: { 1: 'resumable' },
} satisfies MysqlCase;
