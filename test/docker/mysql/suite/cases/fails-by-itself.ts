import type { MysqlCase } from '../case';

export default {
  title: 'The second statement is refused without any fault',
  migration: `
ALTER TABLE orders ADD COLUMN currency char(3);
ALTER TABLE orders ADD COLUMN currency char(3);
`,
  stays: { 1: 'broken forward-' },
} satisfies MysqlCase;
