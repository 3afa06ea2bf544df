import type { SuiteCase } from '../case';

export default {
  title: 'Rows are merged: those that are there change, the others come',
  before: `
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
INSERT INTO countries VALUES ('DE', 'Germany'), ('US', 'United States');
`,
  migration: `
MERGE INTO countries c USING (VALUES ('DE', 'Deutschland'), ('FR', 'France')) AS v (code, name) ON c.code = v.code
WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT VALUES (v.code, v.name);
CREATE INDEX IF NOT EXISTS countries_name_idx ON countries (name);
`,
  dirty: { 2: 'broken back~ forward~' },
  stays: { 1: 'resumable back~' },
} satisfies SuiteCase;
