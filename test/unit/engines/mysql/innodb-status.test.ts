import { expect, it } from 'vitest';
import { lockingTransactions } from '../../../../src/engines/mysql/snapshot/innodb-status';

/** As MariaDB 11 writes it, after a deadlock of other sessions. */
const status = `
------------------------
LATEST DETECTED DEADLOCK
------------------------
*** (1) TRANSACTION:
TRANSACTION 21, ACTIVE 0 sec starting index read
LOCK WAIT 3 lock struct(s), heap size 1128, 7 row lock(s), undo log entries 1
MariaDB thread id 99, OS thread handle 140382487344832, query id 9 172.17.0.1 root
------------
TRANSACTIONS
------------
Trx id counter 24
LIST OF TRANSACTIONS FOR EACH SESSION:
---TRANSACTION (0x7fad58576680), not started
0 lock struct(s), heap size 1120, 0 row lock(s)
---TRANSACTION 23, ACTIVE 0 sec
3 lock struct(s), heap size 1120, 41 row lock(s), undo log entries 40
MariaDB thread id 4, OS thread handle 140382487344832, query id 9 172.17.0.1 root
---TRANSACTION 22, ACTIVE (PREPARED) 3 sec recovered trx
1 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1
--------
FILE I/O
--------
`;

it('transactions with locks on rows are read with their sessions, and none of an old deadlock', () => {
  expect(lockingTransactions(status)).toEqual([
    { sessionId: 4, rows: 41 },
    { sessionId: undefined, rows: 2 },
  ]);
  expect(lockingTransactions('')).toEqual([]);
});
