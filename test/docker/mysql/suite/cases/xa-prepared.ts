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
  stays: { 5: 'applied-twice' },
  except: {
    // What is prepared belongs to nobody, and keeps its locks until somebody commits it or rolls it back.
    'disconnect,kill-session,crash,lost-ack@after:4': 'stuck',
    'error,disconnect,kill-session,crash@before:5': 'stuck',
  },
} satisfies MysqlCase;
