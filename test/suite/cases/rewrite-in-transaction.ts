import type { SuiteCase } from '../case';

export default {
  title: "Tables are written anew in the framework's transaction: stopped, nothing of it is left",
  modes: ['disk full'],
  framework: 'dbmate',
  migration: `
ALTER TABLE orders ALTER COLUMN total TYPE bigint USING round(total);
ALTER TABLE customers ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
`,
  // A total of NaN is a number, and no bigint.
  dirty: { 1: 'rolled-back' },
  circles: [2],
  space: [1, 2],
} satisfies SuiteCase;
