import type { SuiteCase } from '../case';

export default {
  title: 'Row level security is switched on, and a policy comes after it: in between nobody sees a row',
  migration: `
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders USING (note = current_user);
GRANT SELECT ON orders TO PUBLIC;
`,
  stays: { 1: 'resumable', 2: 'broken' },
} satisfies SuiteCase;
