import type { SuiteCase } from '../case';

export default {
  title: 'A column of amounts that begin at 0 is raised by a factor, and raised again by a retry',
  before: `
CREATE TABLE accounts (id serial PRIMARY KEY, credit numeric(12, 2) NOT NULL DEFAULT 0);
`,
  migration: `
UPDATE accounts SET credit = credit * 2;
CREATE INDEX accounts_credit_idx ON accounts (credit);
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice' },
} satisfies SuiteCase;
