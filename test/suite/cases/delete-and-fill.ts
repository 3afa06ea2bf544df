import type { SuiteCase } from '../case';

export default {
  title: 'Rows are taken out and put back from a copy in the file',
  before: `
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
INSERT INTO countries VALUES ('DE', 'Germany'), ('US', 'United States');
`,
  migration: `
DELETE FROM countries;
INSERT INTO countries VALUES ('DE', 'Germany'), ('US', 'United States'), ('FR', 'France');
`,
  stays: { 1: 'resumable back~' },
} satisfies SuiteCase;
