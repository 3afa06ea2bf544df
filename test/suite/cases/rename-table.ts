import type { SuiteCase } from '../case';

export default {
  title: 'A table gets another name, and a view of the old one',
  migration: `
ALTER TABLE orders RENAME TO purchases;
CREATE VIEW orders AS SELECT * FROM purchases;
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
