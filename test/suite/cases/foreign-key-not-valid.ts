import type { SuiteCase } from '../case';

export default {
  title: 'A foreign key is added without looking, and validated in a transaction of its own',
  modes: ['NOT VALID never validated'],
  before: `
CREATE TABLE orders (id integer PRIMARY KEY);
CREATE TABLE invoices (id integer PRIMARY KEY, order_id integer);
INSERT INTO orders SELECT g FROM generate_series(1, 9) g;
INSERT INTO invoices SELECT g, g FROM generate_series(1, 9) g;
`,
  migration: `
ALTER TABLE invoices ADD CONSTRAINT invoices_order_fkey FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
ALTER TABLE invoices VALIDATE CONSTRAINT invoices_order_fkey;
`,
  circles: [1],
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'broken' },
} satisfies SuiteCase;
