import type { SuiteCase } from '../case';

export default {
  title: 'Comments may be repeated',
  migration: `
COMMENT ON TABLE orders IS 'what was bought';
COMMENT ON COLUMN orders.note IS 'free text';
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
