import type { SuiteCase } from '../case';

export default {
  title: 'Flyway finds a concurrent build, and runs the file without a transaction',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  framework: 'flyway',
  transaction: 'unsuitable',
  migration: `
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
`,
  dirty: { 1: 'broken forward~' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
