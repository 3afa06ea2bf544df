import { textStep } from '../../situation';
import type { ErrorKind } from '../server-error';

/** Errors of MySQL and MariaDB, by their numbers. Some undo a statement alone, and leave the transaction open behind it. */
export const mysqlErrors: readonly ErrorKind[] = [
  {
    name: 'lock not given in time',
    codes: ['1205'],
    detail:
      'The statement is undone, and the transaction is still open with all its other locks, unless innodb_rollback_on_timeout is on. The same number stands for a row and for a metadata lock.',
    query:
      "SELECT t.PROCESSLIST_ID, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME, m.OBJECT_NAME, m.LOCK_TYPE, m.LOCK_STATUS FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = DATABASE();",
    step: textStep(
      'Roll back, and find out who holds the lock',
      'A session that goes on after 1205 commits half of a transaction. A short lock_wait_timeout with a few attempts keeps the queue behind DDL short; by default it waits for a year (MySQL) or a day (MariaDB).',
      'ROLLBACK;\nSELECT trx_mysql_thread_id, trx_started, trx_query FROM information_schema.INNODB_TRX ORDER BY trx_started;\nSET SESSION lock_wait_timeout = 5; and when it runs again, repeat with a pause.',
    ),
  },
  {
    name: 'deadlock',
    codes: ['1213'],
    detail: 'The server has undone the whole transaction, so that another could go on. What DDL had committed before it stays.',
    query: 'SHOW ENGINE INNODB STATUS;',
    step: textStep(
      'Before rows are changed again, bring them into one order',
      'The transaction is undone from its first statement on, and the other one went on. It happens again if both take the same rows in another order.',
      'Change rows in the order of their primary key, in small transactions; repeat on 1213, a few times with a pause.',
    ),
  },
  {
    name: 'online ALTER log overflow',
    codes: ['1799'],
    detail: 'So many rows were changed while the table was altered that the log of these changes was full. The ALTER is undone by itself.',
    query: "SHOW VARIABLES LIKE 'innodb_online_alter_log_max_size';",
    step: textStep(
      'Give it a larger log, or alter the table with an online tool',
      'It ends the same way again under the same writes.',
      'SET GLOBAL innodb_online_alter_log_max_size = 1073741824; run it when little is written, or use gh-ost or pt-online-schema-change.',
    ),
  },
  {
    name: 'disk full',
    codes: ['1114', '1021', '1030', '3675'],
    detail: 'The statement is undone. A table that is copied needs its own size again until it is done; what was committed before stays.',
    query:
      'SELECT TABLE_NAME, DATA_LENGTH + INDEX_LENGTH AS bytes FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 2 DESC LIMIT 20;',
    step: textStep(
      'Free space before anything else',
      'What is run again needs the space that was missing. With the binary log on, a server whose disk is full waits instead of failing.',
      "SHOW BINARY LOGS;\nPURGE BINARY LOGS BEFORE NOW() - INTERVAL 1 DAY; only what no replica still needs.\nSHOW VARIABLES LIKE 'tmpdir'; and innodb_tmpdir: an ALTER sorts there.",
    ),
  },
  {
    name: 'statement cancelled',
    codes: ['3024', '1969', '1317'],
    detail: 'A time limit or somebody cancelled it. The statement is undone; batches that had committed stay.',
    query: "SHOW VARIABLES WHERE Variable_name IN ('max_execution_time', 'max_statement_time');",
    step: textStep(
      'Give it the time that it needs, or less to do at once',
      'It ends the same way again otherwise. max_execution_time of MySQL is about SELECT alone; max_statement_time of MariaDB is about all statements.',
      'SET SESSION max_statement_time = 0; (MariaDB), or do the rows in batches that commit.',
    ),
  },
];
