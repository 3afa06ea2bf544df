import type { MysqlCase } from '../case';

export default {
  title: 'The place of a column counts',
  migration: `
ALTER TABLE orders ADD COLUMN currency char(3) AFTER customer_id;
ALTER TABLE orders MODIFY COLUMN note varchar(200) FIRST;
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
