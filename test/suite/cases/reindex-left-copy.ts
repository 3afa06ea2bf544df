import type { SuiteCase } from '../case';

export default {
  title: 'REINDEX CONCURRENTLY that is stopped leaves its copy, and a retry makes another one',
  modes: ['REINDEX CONCURRENTLY failed'],
  before: `
CREATE TABLE orders (id bigserial PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
`,
  migration: `
REINDEX INDEX CONCURRENTLY orders_note_idx;
ALTER TABLE orders ADD COLUMN currency text;
`,
  stays: { 1: 'rolled-back' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'false-success' },
} satisfies SuiteCase;
