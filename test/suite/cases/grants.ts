import type { SuiteCase } from '../case';

export default {
  title: 'Rights are taken and given: both may be repeated',
  migration: `
REVOKE ALL ON orders FROM PUBLIC;
GRANT SELECT ON orders TO PUBLIC;
GRANT SELECT (email) ON customers TO PUBLIC;
`,
  stays: { 1: 'rolled-back', 2: 'resumable' },
} satisfies SuiteCase;
