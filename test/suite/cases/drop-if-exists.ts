import type { SuiteCase } from '../case';

export default {
  title: 'What goes may be gone already: a retry passes it by',
  migration: `
ALTER TABLE orders DROP COLUMN IF EXISTS note;
ALTER TABLE customers DROP COLUMN IF EXISTS visits;
`,
  stays: { 1: 'resumable back~' },
} satisfies SuiteCase;
