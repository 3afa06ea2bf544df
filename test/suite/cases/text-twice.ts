import type { SuiteCase } from '../case';

export default {
  title: 'Text that is appended is appended again by a retry',
  migration: `
UPDATE orders SET note = coalesce(note, '') || ' (old)';
CREATE TABLE audits (id bigint PRIMARY KEY);
`,
  stays: { 1: 'applied-twice back~' },
} satisfies SuiteCase;
