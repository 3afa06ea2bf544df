import type { MysqlCase } from '../case';

export default {
  title: 'A table gets another name; the foreign key goes with it',
  migration: `
RENAME TABLE customers TO people;
ALTER TABLE people ADD COLUMN country char(2);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
