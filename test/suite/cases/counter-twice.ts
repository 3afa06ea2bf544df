import type { SuiteCase } from '../case';

export default {
  title: 'A counter is raised, and raised again by a retry',
  migration: `
UPDATE customers SET visits = visits + 1;
CREATE INDEX customers_visits_idx ON customers (visits);
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice' },
} satisfies SuiteCase;
