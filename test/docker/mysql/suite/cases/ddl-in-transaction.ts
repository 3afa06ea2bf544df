import type { MysqlCase } from '../case';

export default {
  title: 'A transaction with an ALTER in it: the ALTER commits what came before, whatever becomes of itself',
  modes: ['statement k of N failed'],
  migration: `
START TRANSACTION;
UPDATE customers SET visits = visits + 1;
ALTER TABLE customers ADD COLUMN seen tinyint NOT NULL DEFAULT 0;
COMMIT;
`,
  rows: 10,
  // A row whose counter is at its greatest value.
  dirty: { 2: 'rolled-back' },
  circles: [2],
  stays: { 2: 'applied-twice' },
} satisfies MysqlCase;
