import type { MysqlCase } from '../case';

export default {
  title: 'A check that rows of before can break',
  migration: `
ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);
ALTER TABLE orders ADD COLUMN tax decimal(12,2);
`,
  dirty: { 1: 'rolled-back forward~' },
  stays: { 1: 'broken' },
} satisfies MysqlCase;
