import type { MysqlCase } from '../case';

export default {
  title: 'Two RENAMEs: between them there is no table',
  modes: ['two-step swap'],
  migration: `
CREATE TABLE orders_new (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id bigint unsigned NOT NULL, total decimal(14,2) NOT NULL, note varchar(200));
RENAME TABLE orders TO orders_old;
RENAME TABLE orders_new TO orders;
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies MysqlCase;
