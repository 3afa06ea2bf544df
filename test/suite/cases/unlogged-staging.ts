import type { SuiteCase } from '../case';

export default {
  title: 'Rows pass through an UNLOGGED table that the migration makes itself: a crash empties it',
  modes: ['unlogged table after crash'],
  migration: `
CREATE UNLOGGED TABLE staging (id bigint, note text);
INSERT INTO staging SELECT id, note FROM orders;
UPDATE orders SET note = s.note || '!' FROM staging s WHERE s.id = orders.id AND orders.note NOT LIKE '%!';
`,
  circles: [2, 3],
  stays: { 1: 'broken', 2: 'broken' },
  except: { 'crash@after:3': 'broken back~ forward-' },
} satisfies SuiteCase;
