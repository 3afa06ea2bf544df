import type { SuiteCase } from '../case';

export default {
  title: 'A unique constraint from an index that was built concurrently',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  before: `
CREATE TABLE codes (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO codes SELECT g, 'c' || g FROM generate_series(1, 20) g;
`,
  migration: `
CREATE UNIQUE INDEX CONCURRENTLY codes_name_key ON codes (name);
ALTER TABLE codes ADD CONSTRAINT codes_name_key UNIQUE USING INDEX codes_name_key;
`,
  dirty: { 1: 'broken forward~' },
  stays: { 1: 'broken' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
