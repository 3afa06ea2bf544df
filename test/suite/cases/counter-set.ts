import type { SuiteCase } from '../case';

export default {
  title: 'A counter is set to a value: a retry sets it to the same',
  migration: `
UPDATE customers SET visits = 1;
CREATE INDEX IF NOT EXISTS customers_visits_idx ON customers (visits);
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
