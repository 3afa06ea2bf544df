import type { MysqlCase } from '../case';

export default {
  title: 'A column is required that may be empty',
  before: `
CREATE TABLE orders (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(200));
INSERT INTO orders (note) VALUES ('a'), ('b');
`,
  migration: `
ALTER TABLE orders MODIFY COLUMN note varchar(200) NOT NULL;
`,
  rows: 0,
  dirty: { 1: 'rolled-back forward~' },
} satisfies MysqlCase;
