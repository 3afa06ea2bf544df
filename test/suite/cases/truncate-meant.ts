import type { SuiteCase } from '../case';

export default {
  title: 'Rows that the migration means to remove are no loss',
  migration: `
TRUNCATE orders;
CREATE TABLE audits (id bigint PRIMARY KEY);
`,
  stays: { 1: 'resumable back~' },
} satisfies SuiteCase;
