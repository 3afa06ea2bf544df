import type { MysqlCase } from '../case';

export default {
  title: 'Keys begin at a number, then a row is made',
  modes: ['AUTO_INCREMENT behind'],
  migration: `
ALTER TABLE orders AUTO_INCREMENT = 100000;
INSERT INTO orders (customer_id, total, note) SELECT id, 1.00, 'first' FROM customers ORDER BY id LIMIT 1;
`,
  rows: 5,
  // Where a counter stands is no difference as long as it is not behind.
  stays: { 1: 'rolled-back', 2: 'applied-twice' },
} satisfies MysqlCase;
