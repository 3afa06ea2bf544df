import type { SuiteCase } from '../case';

export default {
  title: 'A publication, and a table added to it',
  modes: ['replica diverged'],
  migration: `
CREATE PUBLICATION orders_feed FOR TABLE orders;
ALTER PUBLICATION orders_feed ADD TABLE customers;
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
