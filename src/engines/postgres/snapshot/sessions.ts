import type pg from 'pg';
import type { SessionLeft } from '../../../model/simulation';
import { quoteLiteral } from '../../../parse/postgres/identifiers';
import { migrationApplicationName } from '../connect';
import { asSent } from '../execution/texts';

export interface SessionRow {
  pid: number;
  state: string | null;
  query: string | null;
  locks: { relation: string; mode: string }[] | null;
  blockers: { pid: number; application: string; state: string | null; query: string | null }[] | null;
}

/** The locks in `pg_locks k` for which a condition holds, as JSON. Those on system catalogs are left out: every statement takes some. */
const locksWhere = (condition: string, databaseOid: string) => `(
  SELECT json_agg(json_build_object('relation', l.relation, 'mode', l.mode) ORDER BY l.relation, l.mode) FROM (
    SELECT CASE k.locktype WHEN 'relation' THEN coalesce(quote_ident(n.nspname) || '.' || quote_ident(c.relname), k.relation::text)
        ELSE 'advisory lock ' || CASE WHEN k.objsubid = 1 THEN ((k.classid::bigint << 32) | k.objid::bigint)::text
          ELSE k.classid || ', ' || k.objid END END AS relation,
      k.mode || CASE WHEN k.granted THEN '' ELSE ' (waiting)' END AS mode
    FROM pg_locks k LEFT JOIN pg_class c ON c.oid = k.relation LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${condition} AND (k.locktype = 'advisory' OR (k.locktype = 'relation' AND k.database = ${databaseOid}
      AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')))) l)`;

/** Whom a session waits for (manual, pg_blocking_pids; a prepared transaction is pid 0 there). */
const blockers = `CASE WHEN a.wait_event_type = 'Lock' THEN (
  SELECT json_agg(json_build_object('pid', b.pid, 'application', coalesce(s.application_name, ''), 'state', s.state, 'query', s.query) ORDER BY b.pid)
  FROM unnest(pg_blocking_pids(a.pid)) b (pid) LEFT JOIN pg_stat_activity s ON s.pid = b.pid) END`;

/**
 * A statement that lists the migration's sessions in this database, with the relation and advisory locks they hold or wait for, and whom they
 * wait for.
 * @param processIds server processes known to be the migration's, beside those that bear its application name.
 */
export function sessionsQuery(processIds: readonly number[] = []): string {
  const known = processIds.map((pid) => Math.trunc(pid)).join(', ');
  return `
SELECT a.pid, a.state, a.query, ${locksWhere('k.pid = a.pid', 'a.datid')} AS locks, ${blockers} AS blockers
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND (a.application_name = '${migrationApplicationName}'${known === '' ? '' : ` OR a.pid IN (${known})`})
ORDER BY a.backend_start, a.pid`;
}

/**
 * Prepared transactions of this database, as sessions without a process. `pg_locks` shows their locks without one, under the virtual
 * transaction that they had in their session, or `-1/xid` after a restart: the lock on their own transaction id tells which.
 */
const preparedTransactionsQuery = `
SELECT 0 AS pid, 'prepared transaction' AS state, p.gid AS query,
  ${locksWhere(
    `k.pid IS NULL AND k.virtualtransaction IN (SELECT t.virtualtransaction FROM pg_locks t
      WHERE t.locktype = 'transactionid' AND t.transactionid = p.transaction AND t.granted AND t.pid IS NULL)`,
    '(SELECT oid FROM pg_database WHERE datname = p.database)',
  )} AS locks, NULL::json AS blockers
FROM pg_prepared_xacts p WHERE p.database = current_database() ORDER BY p.gid`;

/** A statement for whatever database of the server: whether `captureSessions` would find anything in the database of this name. */
export function anySessionQuery(database: string, processIds: readonly number[]): string {
  const name = quoteLiteral(database);
  return `SELECT EXISTS (SELECT FROM pg_prepared_xacts WHERE database = ${name}) OR EXISTS (SELECT FROM pg_stat_activity
    WHERE datname = ${name} AND (application_name = '${migrationApplicationName}' OR pid = ANY ('{${processIds.map(Math.trunc).join(',')}}'))) AS any`;
}

export function sessionLeft(row: SessionRow): SessionLeft {
  return {
    pid: row.pid,
    state: row.state ?? 'unknown',
    query: asSent(row.query ?? ''),
    locks: row.locks ?? [],
    ...(row.state === 'prepared transaction' && row.query !== null && { preparedTransaction: row.query }),
    ...(row.blockers !== null && {
      blockedBy: row.blockers.map(({ pid, application, state, query }) => ({
        pid,
        application,
        state: state ?? (pid === 0 ? 'prepared transaction' : 'unknown'),
        query: query ?? '',
      })),
    }),
  };
}

/**
 * The migration's sessions alone, and the prepared transactions that nobody's session holds any more. It reads no user table, so it answers
 * also where `captureState` would wait for their locks.
 */
export async function captureSessions(client: pg.ClientBase, processIds: readonly number[] = []): Promise<readonly SessionLeft[]> {
  const sessions = await client.query<SessionRow>(sessionsQuery(processIds));
  const prepared = await client.query<SessionRow>(preparedTransactionsQuery);
  return [...sessions.rows, ...prepared.rows].map(sessionLeft);
}
