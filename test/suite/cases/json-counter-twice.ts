import type { SuiteCase } from '../case';

export default {
  title: 'A counter inside a document is raised again by a retry',
  before: `
CREATE TABLE profiles (id bigint PRIMARY KEY, data jsonb NOT NULL);
INSERT INTO profiles SELECT g, jsonb_build_object('logins', g, 'name', 'p' || g) FROM generate_series(1, 20) g;
`,
  migration: `
UPDATE profiles SET data = jsonb_set(data, '{logins}', to_jsonb((data->>'logins')::integer + 1));
CREATE TABLE audits (id bigint PRIMARY KEY);
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice back~' },
} satisfies SuiteCase;
