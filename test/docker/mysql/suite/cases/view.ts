import type { MysqlCase } from '../case';

export default {
  title: 'A view is made, then replaced',
  migration: `
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE note IS NULL;
CREATE OR REPLACE VIEW open_orders AS SELECT id, total, customer_id FROM orders WHERE note IS NULL;
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
