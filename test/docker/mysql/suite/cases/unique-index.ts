import type { MysqlCase } from '../case';

export default {
  title: 'A unique key over rows that may be double',
  migration: `
ALTER TABLE orders ADD COLUMN code varchar(20);
CREATE UNIQUE INDEX orders_note ON orders (note);
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'broken' },
} satisfies MysqlCase;
