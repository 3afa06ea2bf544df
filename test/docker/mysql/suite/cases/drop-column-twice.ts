import type { MysqlCase } from '../case';

export default {
  title: 'Two columns go, one after the other',
  migration: `
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE customers DROP COLUMN visits;
`,
  stays: { 1: 'broken back~' },
} satisfies MysqlCase;
