import type { MysqlCase } from '../case';

export default {
  title: 'Rows of a table without a key come twice',
  modes: ['duplicates after a retry'],
  migration: `
CREATE TABLE IF NOT EXISTS settings (name varchar(50) NOT NULL, value varchar(50) NOT NULL);
INSERT INTO settings (name, value) VALUES ('currency', 'EUR'), ('country', 'DE');
INSERT INTO settings (name, value) VALUES ('language', 'de');
`,
  stays: { 1: 'resumable', 2: 'applied-twice', 3: 'applied-twice' },
} satisfies MysqlCase;
