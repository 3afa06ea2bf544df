import type { MysqlCase } from '../case';

export default {
  title: 'New tables without a guard: a retry meets the first',
  migration: `
CREATE TABLE tags (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL UNIQUE);
CREATE TABLE labels (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, tag_id int unsigned NOT NULL);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
