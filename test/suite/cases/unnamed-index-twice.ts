import type { SuiteCase } from '../case';

export default {
  title: 'An index without a name is built again under another one',
  migration: `
CREATE INDEX ON orders (note);
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice', 2: 'applied-twice' },
} satisfies SuiteCase;
