import type { SuiteCase } from '../case';

export default {
  title: 'A column of times that differ from run to run',
  migration: `
ALTER TABLE orders ADD COLUMN created_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
