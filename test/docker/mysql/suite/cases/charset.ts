import type { MysqlCase } from '../case';

export default {
  title: 'A table is converted to another character set',
  migration: `
ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE orders ADD COLUMN language char(2) NOT NULL DEFAULT 'de';
`,
  stays: { 1: 'resumable' },
} satisfies MysqlCase;
