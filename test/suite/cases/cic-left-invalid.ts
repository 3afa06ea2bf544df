import type { SuiteCase } from '../case';

export default {
  title: 'A concurrent build that is stopped leaves an invalid index, and a retry meets its name',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  migration: `
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
ALTER TABLE orders ADD COLUMN currency text;
`,
  dirty: { 1: 'broken forward~' },
  space: [1],
  stays: { 1: 'broken' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
