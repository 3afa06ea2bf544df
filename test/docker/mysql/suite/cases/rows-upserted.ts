import type { MysqlCase } from '../case';

export default {
  title: 'Rows that are there already are set anew',
  migration: `
CREATE TABLE IF NOT EXISTS settings (name varchar(50) NOT NULL PRIMARY KEY, value varchar(50) NOT NULL);
INSERT INTO settings (name, value) VALUES ('currency', 'EUR') ON DUPLICATE KEY UPDATE value = 'EUR';
INSERT INTO settings (name, value) VALUES ('language', 'de') ON DUPLICATE KEY UPDATE value = 'de';
`,
  stays: { 1: 'resumable', 2: 'resumable' },
} satisfies MysqlCase;
