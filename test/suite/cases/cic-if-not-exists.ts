import type { SuiteCase } from '../case';

export default {
  title: 'IF NOT EXISTS keeps the index that was left invalid, and the retry reports success',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  migration: `
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);
`,
  dirty: { 1: 'false-success forward~' },
  space: [1],
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'false-success' },
} satisfies SuiteCase;
