import type { SuiteCase } from '../case';

export default {
  title: 'A constraint without a name is added again under another one',
  migration: `
ALTER TABLE orders ADD CHECK (total > -1000000000);
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice', 2: 'applied-twice' },
} satisfies SuiteCase;
