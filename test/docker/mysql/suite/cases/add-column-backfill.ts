import type { MysqlCase } from '../case';

export default {
  title: 'A column is added, filled and required, statement by statement: a retry meets the column',
  modes: ['statement k of N failed'],
  migration: `
ALTER TABLE orders ADD COLUMN currency char(3);
UPDATE orders SET currency = 'EUR';
ALTER TABLE orders MODIFY COLUMN currency char(3) NOT NULL;
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies MysqlCase;
