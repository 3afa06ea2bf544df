import type { MysqlCase } from '../case';

export default {
  title: 'A counter goes up, then another column follows: a retry counts again',
  modes: ['duplicates after a retry'],
  migration: `
UPDATE customers SET visits = visits + 1;
UPDATE orders SET note = 'seen' WHERE note IS NULL OR note <> 'seen';
`,
  rows: 10,
  // A row whose counter is at its greatest value.
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'applied-twice back+', 2: 'applied-twice back~' },
} satisfies MysqlCase;
