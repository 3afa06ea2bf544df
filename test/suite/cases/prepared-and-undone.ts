import type { SuiteCase } from '../case';

export default {
  title: 'A transaction that is not prepared yet goes with its session',
  modes: ['prepared transaction'],
  migration: `
BEGIN;
CREATE TABLE archive (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN archived boolean;
COMMIT;
`,
  commits: [4],
  alone: [2],
  except: { 'lost-ack@during:2..after:2': 'rolled-back' },
} satisfies SuiteCase;
