import type { SuiteCase } from '../case';

export default {
  title: 'Renames can not be done twice',
  migration: `
ALTER TABLE orders RENAME COLUMN note TO remark;
ALTER TABLE orders RENAME COLUMN total TO amount;
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
