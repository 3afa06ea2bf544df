import type { SuiteCase } from '../case';

export default {
  title: 'A child table takes over columns, and is detached again by hand',
  migration: `
CREATE TABLE old_orders () INHERITS (orders);
ALTER TABLE old_orders NO INHERIT orders;
`,
  circles: [2],
  stays: { 1: 'broken' },
} satisfies SuiteCase;
