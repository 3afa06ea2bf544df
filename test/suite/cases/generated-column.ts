import type { SuiteCase } from '../case';

export default {
  title: 'A generated column, and an index on it',
  migration: `
ALTER TABLE orders ADD COLUMN big boolean GENERATED ALWAYS AS (total > 100) STORED;
CREATE INDEX orders_big_idx ON orders (big);
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
