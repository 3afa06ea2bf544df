import { isMysqlFamily } from '../model/engine';
import { code } from './markdown';

/** What a runbook tells an operator to type, which is another thing on each server. */
export interface RunbookWords {
  /** How a way back to the moment before is kept, as a sentence. */
  restorePoint(id: string): string;
  /** The setting that gives up on a lock. */
  readonly lockTimeout: string;
  /** Who waits for whom. */
  readonly waitingQuery: string;
  /** Prepared transactions that are left. */
  readonly preparedQuery: string;
}

const postgres: RunbookWords = {
  restorePoint: (id) =>
    `Have a backup from which single tables can be restored, and mark the place: ${code(`SELECT pg_create_restore_point('before ${id.replaceAll("'", "''")}')`)}. ` +
    'A restore to it goes back for the whole cluster, so what others write afterwards is lost: it is the last resort.',
  lockTimeout: "SET lock_timeout = '2s'",
  waitingQuery: `SELECT pid, application_name, state, wait_event_type, wait_event, pg_blocking_pids(pid) AS waits_for, left(query, 80) AS query
FROM pg_stat_activity WHERE datname = current_database() AND (cardinality(pg_blocking_pids(pid)) > 0 OR xact_start < now() - interval '5 seconds');`,
  preparedQuery: 'SELECT gid, prepared, owner FROM pg_prepared_xacts WHERE database = current_database();',
};

/** MySQL and MariaDB: information_schema and performance_schema are where both have them. */
const mysql: RunbookWords = {
  restorePoint: () =>
    `Have a backup from which single tables can be restored, and write down where the binary log stands: ${code('SHOW BINARY LOG STATUS')} ` +
    `(${code('SHOW MASTER STATUS')} before MySQL 8.4 and on MariaDB). A restore to it goes back for the whole server, so what others write afterwards is lost: it is the last resort.`,
  lockTimeout: 'SET SESSION lock_wait_timeout = 2, SESSION innodb_lock_wait_timeout = 2',
  waitingQuery: `SELECT p.ID, p.USER, p.COMMAND, p.TIME, p.STATE, t.trx_started, LEFT(p.INFO, 80) AS query
FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
WHERE p.STATE LIKE 'Waiting for%' OR t.trx_started < NOW() - INTERVAL 5 SECOND;`,
  preparedQuery: 'XA RECOVER;',
};

/** The words for an engine, as a simulation names it. */
export function runbookWords(engine: string): RunbookWords {
  return isMysqlFamily({ name: engine }) ? mysql : postgres;
}
