import type { SuiteCase } from '../case';

export default {
  title: 'A transaction lock is over with its statement',
  migration: `
SELECT pg_advisory_xact_lock(42);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
`,
  stays: { 1: 'rolled-back', 2: 'resumable' },
} satisfies SuiteCase;
