import type { SuiteCase } from '../case';

export default {
  title: 'A check that is dropped first can be added again and again',
  modes: ['NOT VALID never validated'],
  migration: `
ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_total_sane;
ALTER TABLE orders ADD CONSTRAINT orders_total_sane CHECK (total > -1000000000) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_sane;
`,
  dirty: { 3: 'broken forward~' },
  stays: { 1: 'rolled-back', 2: 'resumable' },
} satisfies SuiteCase;
