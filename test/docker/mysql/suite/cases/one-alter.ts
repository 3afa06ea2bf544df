import type { MysqlCase } from '../case';

export default {
  title: 'Everything about one table in one ALTER: it is done or it is not',
  migration: `
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR', ADD COLUMN shipped_at datetime, ADD INDEX orders_total (total), DROP COLUMN note;
`,
  stays: {},
} satisfies MysqlCase;
