import type { SuiteCase } from '../case';

export default {
  title: 'NOT NULL by way of a check that was validated before',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'note ' || g FROM generate_series(1, 20) g;
`,
  migration: `
ALTER TABLE orders ADD CONSTRAINT total_there CHECK (note IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT total_there;
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT total_there;
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'broken', 2: 'broken', 3: 'broken' },
} satisfies SuiteCase;
