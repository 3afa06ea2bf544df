import { isMysqlFamily } from '../model/engine';
import { code } from './markdown';

/** What a runbook tells an operator to type, which is another thing on each server. */
export interface RunbookWords {
  /** What code blocks are called in Markdown. */
  readonly language: 'sql' | 'js';
  /** How a way back to the moment before is kept, as a sentence. */
  restorePoint(id: string): string;
  /** The setting that gives up on a lock. */
  readonly lockTimeout: string;
  /** Who waits for whom. */
  readonly waitingQuery: string;
  /** Transactions that are left and belong to nobody. */
  readonly preparedQuery: string;
  /** What else there is to know in each section, as sentences. */
  readonly prepare: readonly string[];
  readonly onFailure: readonly string[];
  readonly afterwards: readonly string[];
}

const ofSql = { language: 'sql', prepare: [], onFailure: [], afterwards: [] } as const;

const postgres: RunbookWords = {
  ...ofSql,
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
  ...ofSql,
  restorePoint: () =>
    `Have a backup from which single tables can be restored, and write down where the binary log stands: ${code('SHOW BINARY LOG STATUS')} ` +
    `(${code('SHOW MASTER STATUS')} before MySQL 8.4 and on MariaDB). A restore to it goes back for the whole server, so what others write afterwards is lost: it is the last resort.`,
  lockTimeout: 'SET SESSION lock_wait_timeout = 2, SESSION innodb_lock_wait_timeout = 2',
  waitingQuery: `SELECT p.ID, p.USER, p.COMMAND, p.TIME, p.STATE, t.trx_started, LEFT(p.INFO, 80) AS query
FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
WHERE p.STATE LIKE 'Waiting for%' OR t.trx_started < NOW() - INTERVAL 5 SECOND;`,
  preparedQuery: 'XA RECOVER;',
};

const currentOp = (match: string) =>
  `db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: ${match} }]).toArray();`;

const mongodb: RunbookWords = {
  language: 'js',
  restorePoint: () =>
    `Have a backup from which single collections can be restored: ${code('mongodump --oplog')}, or a snapshot of the file system taken with journaling, and write down the moment before: ${code('db.hello().operationTime')}. ` +
    `A restore to that point replays the oplog, which only a replica set has (${code('mongorestore --oplogReplay --oplogLimit SECONDS:ORDINAL')}); it goes back for the whole deployment, so what others write afterwards is lost: it is the last resort. On a sharded cluster all shards and the config servers go back together.`,
  lockTimeout: 'maxTimeMS: 2000',
  waitingQuery: currentOp('{ $or: [{ waitingForLock: true }, { active: true, secs_running: { $gte: 5 } }] }'),
  preparedQuery: currentOp('{ type: "idleSession", transaction: { $exists: true } }'),
  prepare: [
    `Ask for ${code('w: "majority"')} in the connection string (${code('retryWrites=true&w=majority')}): what one member alone has acknowledged is rolled back when another one becomes the primary. updateMany and deleteMany are not sent again by the driver.`,
    `Look whether the oplog reaches back further than migration and recovery take together: ${code('rs.printReplicationInfo()')}.`,
    'Put a mark of this migration into every document that it writes, in the same write: it tells what is done from what is not.',
  ],
  onFailure: [
    `A build of an index goes on without its client. ${code('db.COLLECTION.dropIndex(NAME)')} aborts it on all members; ${code('killOp')} does not reliably do so.`,
    `An open transaction is ended by ${code('db.adminCommand({ killSessions: [{ id: UUID }] })')}, with the lsid.id that the query below shows; by itself it ends after transactionLifetimeLimitSeconds (60).`,
    'With the label UnknownTransactionCommitResult nobody knows whether it is committed: send the commit again in the same session, never the statements.',
    `See who is the primary now, and count on it: ${code('rs.status()')}. What was written before an election may be in the rollback directory of the old one.`,
  ],
  afterwards: [
    `Ask the checks with read concern "majority", and ${code('db.COLLECTION.validate({ full: true })')} where a server was killed: it reads all of it, so on a member that serves nobody.`,
    'A field that the application switches to is switched by a flag of its own, when the counts are right; the old field is removed later.',
  ],
};

/** The words for an engine, as a simulation names it. */
export function runbookWords(engine: string): RunbookWords {
  if (engine === 'mongodb') return mongodb;
  return isMysqlFamily({ name: engine }) ? mysql : postgres;
}
