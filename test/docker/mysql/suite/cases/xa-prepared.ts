import type { MysqlCase } from '../case';

export default {
  title: 'A prepared transaction of its own: between PREPARE and COMMIT it belongs to nobody',
  modes: ['XA left'],
  migration: `
XA START 'change';
UPDATE customers SET visits = visits + 1;
XA END 'change';
XA PREPARE 'change';
XA COMMIT 'change';
`,
  rows: 10,
  // A row whose counter is at its greatest value.
  dirty: { 2: 'rolled-back' },
} satisfies MysqlCase;
