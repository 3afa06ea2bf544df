import type { SuiteCase } from '../case';

export default {
  title: 'A transaction is prepared and committed by a second statement: in between it holds its locks, with nobody there',
  modes: ['prepared transaction'],
  migration: `
BEGIN;
CREATE TABLE archive (id bigint PRIMARY KEY);
INSERT INTO orders (customer_id, total) SELECT min(id), 1 FROM customers;
PREPARE TRANSACTION 'archive';
COMMIT PREPARED 'archive';
`,
  commits: [4, 5],
  circles: [3],
  stays: { 4: 'stuck' },
  except: { 'lost-ack@during:2..after:2': 'rolled-back' },
} satisfies SuiteCase;
