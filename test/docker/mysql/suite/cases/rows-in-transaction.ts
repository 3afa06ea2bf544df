import type { MysqlCase } from '../case';

export default {
  title: 'Rows alone can be one transaction',
  modes: ['row lock timeout'],
  migration: `
START TRANSACTION;
UPDATE customers SET visits = visits + 1;
UPDATE orders SET note = 'counted' WHERE id > 0;
COMMIT;
`,
  rows: 10,
  // A row whose counter is at its greatest value.
  dirty: { 2: 'rolled-back' },
  circles: [2, 3],
  // The notes that were overwritten are nowhere any more.
  stays: { 4: 'applied-twice back~' },
} satisfies MysqlCase;
