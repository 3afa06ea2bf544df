import type { SuiteCase } from '../case';

export default {
  title: 'Rights of what is still to come',
  migration: `
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
CREATE TABLE audits (id bigint PRIMARY KEY);
`,
  alone: [1, 2],
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
