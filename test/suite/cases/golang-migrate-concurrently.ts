import type { SuiteCase } from '../case';

export default {
  title: 'golang-migrate sends a concurrent build alone: stopped, it leaves a dirty flag and half an index',
  modes: ['CREATE INDEX CONCURRENTLY failed'],
  framework: 'golang-migrate',
  migration: `
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
`,
  circles: [1],
  dirty: { 1: 'broken forward~' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
