import type { MysqlCase } from '../case';

export default {
  title: 'Rows are deleted that are to be deleted, then the column goes',
  migration: `
DELETE FROM orders WHERE id > 5;
ALTER TABLE orders DROP COLUMN note;
`,
  rows: 10,
  stays: { 1: 'resumable back~' },
} satisfies MysqlCase;
