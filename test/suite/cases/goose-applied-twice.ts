import type { SuiteCase } from '../case';

export default {
  title: 'goose without a transaction runs what is not recorded again',
  framework: 'goose',
  transaction: false,
  migration: `
INSERT INTO orders (customer_id, total, note) SELECT min(id), 5, 'fee' FROM customers;
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
`,
  circles: [1],
  stays: { 1: 'applied-twice' },
} satisfies SuiteCase;
