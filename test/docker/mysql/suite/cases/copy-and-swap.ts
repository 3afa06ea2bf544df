import type { MysqlCase } from '../case';

export default {
  title: 'A copy is filled, swapped in by one RENAME, and the old table dropped',
  modes: ['two-step swap'],
  migration: `
CREATE TABLE orders_new (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id bigint unsigned NOT NULL, total decimal(14,2) NOT NULL, note varchar(200));
INSERT INTO orders_new (id, customer_id, total, note) SELECT id, customer_id, total, note FROM orders;
RENAME TABLE orders TO orders_old, orders_new TO orders;
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies MysqlCase;
