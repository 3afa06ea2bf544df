import type { SuiteCase } from '../case';

export default {
  title: 'What was left invalid is dropped before it is built: a retry reaches the end',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  migration: `
DROP INDEX CONCURRENTLY IF EXISTS orders_note_idx;
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
`,
  alone: [1],
  idle: [1],
  dirty: { 2: 'broken forward~' },
  space: [2],
  stays: { 1: 'rolled-back' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:2': 'resumable' },
} satisfies SuiteCase;
