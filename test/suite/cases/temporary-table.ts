import type { SuiteCase } from '../case';

export default {
  title: 'Numbers are collected in a temporary table, and used from there',
  migration: `
CREATE TEMPORARY TABLE busy AS SELECT customer_id, count(*) AS number FROM orders GROUP BY 1;
UPDATE customers SET visits = busy.number FROM busy WHERE busy.customer_id = customers.id;
ALTER TABLE customers RENAME COLUMN visits TO orders_number;
`,
  circles: [],
  stays: { 1: 'rolled-back', 2: 'resumable back~' },
} satisfies SuiteCase;
