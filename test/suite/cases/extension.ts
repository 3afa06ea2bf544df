import type { SuiteCase } from '../case';

export default {
  title: 'An extension that may be there, and what it is for',
  migration: `
CREATE EXTENSION IF NOT EXISTS citext;
ALTER TABLE customers ALTER COLUMN email TYPE citext;
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
