import type { MysqlCase } from '../case';

export default {
  title: 'Foreign keys are not checked while the rows come',
  modes: ['foreign key checks off'],
  migration: `
SET foreign_key_checks = 0;
INSERT INTO orders (customer_id, total, note) VALUES (999999, 10.00, 'no parent');
SET foreign_key_checks = 1;
ALTER TABLE orders ADD INDEX orders_total (total);
`,
  rows: 5,
  stays: { 2: 'applied-twice', 3: 'applied-twice' },
} satisfies MysqlCase;
