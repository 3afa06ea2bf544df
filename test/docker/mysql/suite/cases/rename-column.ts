import type { MysqlCase } from '../case';

export default {
  title: 'A column gets another name, then its values are changed',
  migration: `
ALTER TABLE orders RENAME COLUMN note TO remark;
UPDATE orders SET remark = CONCAT('(', remark, ')') WHERE remark IS NOT NULL AND remark NOT LIKE '(%';
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
