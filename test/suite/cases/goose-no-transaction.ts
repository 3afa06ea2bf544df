import type { SuiteCase } from '../case';

export default {
  title: 'goose without a transaction: an index without IF NOT EXISTS is in the way of a retry',
  framework: 'goose',
  transaction: false,
  migration: `
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
`,
  dirty: { 1: 'broken forward~' },
  stays: { 1: 'broken' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
