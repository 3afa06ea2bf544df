import type { MysqlCase } from '../case';

export default {
  title: 'New tables that may be there already: a retry goes on where it stopped',
  migration: `
CREATE TABLE IF NOT EXISTS tags (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS labels (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, tag_id int unsigned NOT NULL);
`,
  stays: { 1: 'resumable' },
} satisfies MysqlCase;
