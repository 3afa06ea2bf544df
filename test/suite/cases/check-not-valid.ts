import type { SuiteCase } from '../case';

export default {
  title: 'A check is added without looking, and validated then: the retry meets it',
  modes: ['NOT VALID never validated'],
  migration: `
ALTER TABLE orders ADD CONSTRAINT orders_total_sane CHECK (total > -1000000000) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_sane;
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'broken' },
} satisfies SuiteCase;
