import type { SuiteCase } from '../case';

export default {
  title: 'Values wait in a plain table while their column is emptied, come back, and the table goes: after is as before',
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'note ' || g FROM generate_series(1, 20) g;
`,
  migration: `
CREATE TABLE keep AS SELECT id, note FROM orders;
UPDATE orders SET note = NULL;
UPDATE orders SET note = keep.note FROM keep WHERE keep.id = orders.id;
DROP TABLE keep;
`,
  stays: { 1: 'broken', 2: 'broken back~', 3: 'broken' },
  except: {
    'error@before:1': 'complete',
    'disconnect,kill-session,crash@start..before:1': 'complete',
    'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'complete',
  },
} satisfies SuiteCase;
