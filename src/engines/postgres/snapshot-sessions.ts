import type pg from 'pg';
import type { SessionLeft } from '../../model/simulation';
import { migrationApplicationName } from './connect';

export interface SessionRow {
  pid: number;
  state: string | null;
  query: string | null;
  locks: { relation: string; mode: string }[] | null;
}

/**
 * A statement that lists the migration's sessions in this database, with the relation and advisory locks they hold or wait for. Locks on
 * system catalogs are left out: every statement takes some.
 * @param processIds server processes known to be the migration's, beside those that bear its application name.
 */
export function sessionsQuery(processIds: readonly number[]): string {
  const known = processIds.map((pid) => Math.trunc(pid)).join(', ');
  return `
SELECT a.pid, a.state, a.query, (
  SELECT json_agg(json_build_object('relation', l.relation, 'mode', l.mode) ORDER BY l.relation, l.mode) FROM (
    SELECT CASE k.locktype WHEN 'relation' THEN coalesce(quote_ident(n.nspname) || '.' || quote_ident(c.relname), k.relation::text)
        ELSE 'advisory lock ' || CASE WHEN k.objsubid = 1 THEN ((k.classid::bigint << 32) | k.objid::bigint)::text
          ELSE k.classid || ', ' || k.objid END END AS relation,
      k.mode || CASE WHEN k.granted THEN '' ELSE ' (waiting)' END AS mode
    FROM pg_locks k LEFT JOIN pg_class c ON c.oid = k.relation LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.pid = a.pid AND (k.locktype = 'advisory' OR (k.locktype = 'relation' AND k.database = a.datid
      AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')))) l) AS locks
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND (a.application_name = '${migrationApplicationName}'${known === '' ? '' : ` OR a.pid IN (${known})`})
ORDER BY a.backend_start, a.pid`;
}

export function sessionLeft(row: SessionRow): SessionLeft {
  return { pid: row.pid, state: row.state ?? 'unknown', query: row.query ?? '', locks: row.locks ?? [] };
}

/**
 * The migration's sessions alone. It reads no user table, so it answers also where `captureState` would wait for their locks.
 */
export async function captureSessions(client: pg.ClientBase, processIds: readonly number[] = []): Promise<readonly SessionLeft[]> {
  const result = await client.query<SessionRow>(sessionsQuery(processIds));
  return result.rows.map(sessionLeft);
}
