import type { SuiteCase } from '../case';

export default {
  title: 'Rows come in past the triggers that would refuse them; nothing tells of it afterwards',
  modes: ['triggers bypassed'],
  migration: `
SET session_replication_role = replica;
INSERT INTO orders (customer_id, total) VALUES (999999, 1);
RESET session_replication_role;
`,
  stays: { 1: 'rolled-back', 2: 'applied-twice', 3: 'applied-twice' },
} satisfies SuiteCase;
