import type { MysqlCase } from '../case';

export default {
  title: 'A lock by name, held while the table is changed',
  migration: `
SELECT GET_LOCK('migration', 5);
ALTER TABLE orders ADD COLUMN currency char(3);
SELECT RELEASE_LOCK('migration');
`,
} satisfies MysqlCase;
