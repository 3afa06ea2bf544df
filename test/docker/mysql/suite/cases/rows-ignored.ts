import type { MysqlCase } from '../case';

export default {
  title: 'Rows that are there already are passed by',
  migration: `
CREATE TABLE IF NOT EXISTS settings (name varchar(50) NOT NULL PRIMARY KEY, value varchar(50) NOT NULL);
INSERT IGNORE INTO settings (name, value) VALUES ('currency', 'EUR'), ('country', 'DE');
INSERT IGNORE INTO settings (name, value) VALUES ('language', 'de');
`,
  stays: { 1: 'resumable', 2: 'resumable' },
} satisfies MysqlCase;
