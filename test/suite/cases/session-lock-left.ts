import type { SuiteCase } from '../case';

export default {
  title: 'A session lock stays as long as the session, also when nobody is there',
  migration: `
SELECT pg_advisory_lock(42);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
SELECT pg_advisory_unlock(42);
`,
  alone: [3],
  stays: { 1: 'rolled-back', 2: 'complete' },
  except: { 'lost-ack@during:1..after:2': 'stuck', 'statement-timeout@during:3': 'impossible' },
} satisfies SuiteCase;
