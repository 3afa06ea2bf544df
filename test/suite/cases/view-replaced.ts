import type { SuiteCase } from '../case';

export default {
  title: 'A view is replaced, and a materialized one made and filled',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total numeric(12,2) NOT NULL);
CREATE VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
`,
  migration: `
CREATE OR REPLACE VIEW totals AS SELECT customer_id, sum(total) AS total, count(*) AS number FROM orders GROUP BY 1;
CREATE MATERIALIZED VIEW IF NOT EXISTS best AS SELECT customer_id, total FROM totals WHERE total > 10;
`,
  // It reads a view alone, and what the view reads its text does not say.
  alone: [2],
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
