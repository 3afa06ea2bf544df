import type { SuiteCase } from '../case';

export default {
  title: 'Rows come in past the triggers, and again with each retry',
  modes: ['triggers bypassed'],
  migration: `
SET session_replication_role = replica;
INSERT INTO orders (customer_id, total) VALUES (999999, 1);
RESET session_replication_role;
`,
  stays: { 1: 'rolled-back' },
  except: {
    '*@after:2..before:3': 'complete',
    'lost-ack@before:3': 'impossible',
    'lock-timeout,statement-timeout,deadlock,disk-full,dirty-data@after:2..before:3': 'impossible',
    'error@after:2': 'impossible',
    'disconnect@during:2': 'complete',
    'lost-ack@during:2': 'complete',
  },
} satisfies SuiteCase;
