import type { SuiteCase } from '../case';

export default {
  title: 'Rows come with their numbers, and the sequence is moved past them by a statement of its own',
  modes: ['sequence behind'],
  migration: `
INSERT INTO customers (id, email) VALUES (5001, 'first@example.com');
SELECT setval('customers_id_seq', 5001);
`,
  idle: [2],
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'broken' },
} satisfies SuiteCase;
