import type { SuiteCase } from '../case';

export default {
  title: 'A materialized view is dropped and made anew with more columns',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total numeric(12,2) NOT NULL);
INSERT INTO orders SELECT g, g % 5, g FROM generate_series(1, 20) g;
CREATE MATERIALIZED VIEW sums AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
`,
  migration: `
DROP MATERIALIZED VIEW sums;
CREATE MATERIALIZED VIEW sums AS SELECT customer_id, sum(total) AS total, max(total) AS most FROM orders GROUP BY 1;
CREATE UNIQUE INDEX sums_customer_idx ON sums (customer_id);
`,
  // LOCK TABLE does not take a materialized view.
  alone: [3],
  stays: { 1: 'broken', 2: 'resumable' },
  except: { 'statement-timeout@during:3': 'impossible' },
} satisfies SuiteCase;
