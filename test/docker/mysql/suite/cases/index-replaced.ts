import type { MysqlCase } from '../case';

export default {
  title: 'An index is dropped, and a better one made',
  before: `
CREATE TABLE orders (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(200), KEY orders_note (note));
`,
  migration: `
DROP INDEX orders_note ON orders;
CREATE INDEX orders_note ON orders (note, id);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
