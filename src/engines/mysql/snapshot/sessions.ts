import { setTimeout as pause } from 'node:timers/promises';
import type { SessionLeft } from '../../../model/simulation';
import { quoteLiteral } from '../../../parse/mysql/identifiers';
import { type ControlClient, migrationProgramName, type Row, resultsOf } from '../connect';
import { lockingTransactions } from './innodb-status';
import { transactionName } from './objects';

/** The migration's sessions by their connections, with a condition on the database that they use. */
function sessionsWhere(database: string, sessionIds: readonly number[]): string {
  const known = sessionIds.map(Math.trunc).join(', ');
  return `t.PROCESSLIST_ID <> CONNECTION_ID() AND ((t.PROCESSLIST_DB = ${database} AND t.PROCESSLIST_ID IN (
    SELECT a.PROCESSLIST_ID FROM performance_schema.session_connect_attrs a
    WHERE a.ATTR_NAME = 'program_name' AND a.ATTR_VALUE = ${quoteLiteral(migrationProgramName)}))
  ${known === '' ? '' : ` OR t.PROCESSLIST_ID IN (${known})`})`;
}

function sessionsQuery(sessionIds: readonly number[]): string {
  return `SELECT t.THREAD_ID AS \`thread\`, t.PROCESSLIST_ID AS pid, t.PROCESSLIST_COMMAND AS command, COALESCE(t.PROCESSLIST_INFO, (
    SELECT s.SQL_TEXT FROM performance_schema.events_statements_current s WHERE s.THREAD_ID = t.THREAD_ID ORDER BY s.EVENT_ID DESC LIMIT 1)) AS query,
    EXISTS (SELECT 1 FROM information_schema.INNODB_TRX x WHERE x.trx_mysql_thread_id = t.PROCESSLIST_ID) AS transaction
  FROM performance_schema.threads t WHERE ${sessionsWhere('DATABASE()', sessionIds)} ORDER BY t.PROCESSLIST_ID`;
}

/** How old what InnoDB shows of its transactions may be, and a little more. */
const innodbCacheMs = 120;

/**
 * All metadata locks on tables and all named locks (GET_LOCK), with their sessions. A prepared XA transaction that lost its session holds its
 * metadata locks without one.
 */
const metadataLocksQuery = `
SELECT m.OWNER_THREAD_ID AS \`thread\`, t.PROCESSLIST_ID AS pid, m.OBJECT_TYPE AS type, m.OBJECT_SCHEMA AS \`schema\`, m.OBJECT_NAME AS name,
  m.LOCK_TYPE AS mode, m.LOCK_STATUS = 'GRANTED' AS granted, m.OBJECT_SCHEMA = DATABASE() AS own
FROM performance_schema.metadata_locks m LEFT JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
WHERE m.OBJECT_TYPE IN ('TABLE', 'USER LEVEL LOCK', 'SCHEMA') AND (m.OBJECT_SCHEMA IS NULL OR m.OBJECT_SCHEMA NOT IN ('performance_schema', 'information_schema', 'mysql', 'sys'))
  AND (t.PROCESSLIST_ID IS NULL OR t.PROCESSLIST_ID <> CONNECTION_ID())`;

/** Locks on rows: MySQL tells on which; MariaDB only how many there are, unless somebody waits. */
const rowLocksOfMysql = `
SELECT d.THREAD_ID AS \`thread\`, t.PROCESSLIST_ID AS pid, d.OBJECT_SCHEMA AS \`schema\`, d.OBJECT_NAME AS name, d.LOCK_MODE AS mode, COUNT(*) AS number,
  d.OBJECT_SCHEMA = DATABASE() AS own
FROM performance_schema.data_locks d LEFT JOIN performance_schema.threads t ON t.THREAD_ID = d.THREAD_ID
WHERE d.LOCK_TYPE = 'RECORD' AND d.LOCK_STATUS = 'GRANTED' GROUP BY d.THREAD_ID, t.PROCESSLIST_ID, d.OBJECT_SCHEMA, d.OBJECT_NAME, d.LOCK_MODE`;
const rowLocksOfMariadb = 'SHOW ENGINE INNODB STATUS';

/** The same columns, of what MariaDB answers. */
function rowLocksShown(status: Row | undefined, everybody: readonly Row[]): readonly Row[] {
  return lockingTransactions(String(status?.Status ?? '')).map(({ sessionId, rows }) => {
    const session = everybody.find(({ pid }) => Number(pid) === sessionId);
    return { thread: session?.thread ?? null, pid: session?.pid ?? null, schema: null, name: null, mode: 'locked', number: rows, own: 1 };
  });
}

/** Who waits for whose lock on a row. */
const rowWaitsOfMysql = `
SELECT r.PROCESSLIST_ID AS waiting, b.PROCESSLIST_ID AS blocking FROM performance_schema.data_lock_waits w
JOIN performance_schema.threads r ON r.THREAD_ID = w.REQUESTING_THREAD_ID JOIN performance_schema.threads b ON b.THREAD_ID = w.BLOCKING_THREAD_ID`;
const rowWaitsOfMariadb = `
SELECT r.trx_mysql_thread_id AS waiting, b.trx_mysql_thread_id AS blocking FROM information_schema.INNODB_LOCK_WAITS w
JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id`;

/** A statement for whatever database of the server: whether `captureSessions` would find anything in the database of this name. */
export function anySessionQuery(database: string, sessionIds: readonly number[]): string {
  return `SELECT EXISTS (SELECT 1 FROM performance_schema.threads t WHERE ${sessionsWhere(quoteLiteral(database), sessionIds)}) AS \`any\``;
}

/**
 * The migration's sessions in the database in use, with the metadata locks, named locks and row locks that they hold or wait for, and the XA
 * transactions that nobody's session holds any more. It reads no user table, so it answers also where `captureState` would wait.
 * @param sessionIds connections known to be the migration's, beside those that bear its program name.
 */
export async function captureSessions(client: ControlClient, sessionIds: readonly number[] = []): Promise<readonly SessionLeft[]> {
  const [[server], sessions = [], prepared = []] = await resultsOf(
    client,
    `SELECT VERSION() AS version; ${sessionsQuery(sessionIds)}; XA RECOVER`,
  ).then(([version = [], ...rest]) => [version, ...rest] as const);
  if (sessions.length === 0 && prepared.length === 0) return [];
  const isMariadb = String(server?.version).includes('MariaDB');
  // InnoDB shows a copy of its transactions that may be 0.1 s old (manual, The INFORMATION_SCHEMA INNODB_TRX Table); MariaDB has no other source
  // for who waits for whom.
  if (isMariadb) await pause(innodbCacheMs);
  const [metadata = [], rowLocks = [], waits = [], everybody = []] = await resultsOf(
    client,
    [
      metadataLocksQuery,
      isMariadb ? rowLocksOfMariadb : rowLocksOfMysql,
      isMariadb ? rowWaitsOfMariadb : rowWaitsOfMysql,
      `SELECT t.THREAD_ID AS \`thread\`, t.PROCESSLIST_ID AS pid, t.PROCESSLIST_COMMAND AS command, t.PROCESSLIST_INFO AS query, a.ATTR_VALUE AS program FROM performance_schema.threads t
LEFT JOIN performance_schema.session_connect_attrs a ON a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name' WHERE t.PROCESSLIST_ID IS NOT NULL`,
    ].join(';\n'),
  );
  const rows = isMariadb ? rowLocksShown(rowLocks[0], everybody) : rowLocks;
  const found: Found = { metadata, rows, waits, everybody };
  // The thread that a lock still names is gone.
  const orphaned = [...metadata, ...rows].filter(({ pid, own }) => pid === null && Number(own) === 1);
  // The names are the whole server's: without a lock in this database, and without a session that may hold one, they are somebody else's. MariaDB
  // shows no lock of one that lost its session (what it has written is locked implicitly), so there each is told.
  const own = isMariadb || orphaned.length > 0 || sessions.length > 0 ? prepared : [];
  const shown = orphaned.flatMap(lockOf);
  const locks = shown.length === 0 && isMariadb ? [{ relation: 'rows', mode: 'implicit lock' }] : shown;
  return [
    ...sessions.map((session) => sessionLeft(session, found)),
    ...own.map((row): SessionLeft => {
      const name = transactionName(row);
      return { pid: 0, state: 'prepared transaction', query: name, locks, preparedTransaction: name };
    }),
  ];
}

interface Found {
  readonly metadata: readonly Row[];
  readonly rows: readonly Row[];
  readonly waits: readonly Row[];
  readonly everybody: readonly Row[];
}

function sessionLeft(session: Row, found: Found): SessionLeft {
  const held = [...found.metadata, ...found.rows].filter((lock) => lock.thread === session.thread);
  const locks = held.flatMap(lockOf).sort((a, b) => (`${a.relation} ${a.mode}` < `${b.relation} ${b.mode}` ? -1 : 1));
  const blockers = blockersOf(session, found);
  return {
    pid: Number(session.pid),
    state: session.command !== 'Sleep' ? 'active' : Number(session.transaction) === 1 || held.length > 0 ? 'idle in transaction' : 'idle',
    query: String(session.query ?? ''),
    locks,
    ...(blockers.length > 0 && { blockedBy: blockers }),
  };
}

/** A lock as people know it; none for the one on the database as a whole, which every statement takes. */
function lockOf(lock: Row): { relation: string; mode: string }[] {
  if (lock.type === 'SCHEMA') return [];
  const waiting = lock.granted === undefined || Number(lock.granted) === 1 ? '' : ' (waiting)';
  if (lock.type === 'USER LEVEL LOCK') return [{ relation: `named lock ${String(lock.name)}`, mode: `GET_LOCK${waiting}` }];
  const relation = lock.name === null ? 'rows' : Number(lock.own) === 1 ? String(lock.name) : `${String(lock.schema)}.${String(lock.name)}`;
  if (lock.number === undefined) return [{ relation, mode: `${String(lock.mode)}${waiting}` }];
  const number = Number(lock.number);
  return [{ relation, mode: `${String(lock.mode)} on ${number} ${number === 1 ? 'row' : 'rows'}` }];
}

/** Who holds what it waits for: a metadata lock on the same object, or a lock on a row. */
function blockersOf(session: Row, { metadata, waits, everybody }: Found): NonNullable<SessionLeft['blockedBy']> {
  const wanted = metadata.filter((lock) => lock.thread === session.thread && Number(lock.granted) === 0);
  const holding = metadata.filter(
    (lock) =>
      Number(lock.granted) === 1 &&
      lock.thread !== session.thread &&
      wanted.some(({ type, schema, name }) => type === lock.type && schema === lock.schema && name === lock.name),
  );
  const blocking = waits.filter(({ waiting }) => waiting === session.pid).map((wait) => wait.blocking);
  const pids = [...new Set([...holding.map(({ pid }) => pid), ...blocking].map((pid) => Number(pid ?? 0)))].sort((a, b) => a - b);
  return pids.map((pid) => {
    const other = everybody.find((row) => Number(row.pid) === pid);
    const state = pid === 0 ? 'prepared transaction' : other?.command === 'Sleep' ? 'idle in transaction' : 'active';
    return { pid, application: String(other?.program ?? ''), state, query: String(other?.query ?? '') };
  });
}
