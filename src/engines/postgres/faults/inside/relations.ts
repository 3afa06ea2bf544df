import type pg from 'pg';
import type { ObjectName } from '../../../../model/operation';

/** A relation that can be locked, as the server writes its name. */
export interface LockableRelation {
  readonly name: string;
  /** LOCK TABLE takes tables and views; a materialized view can only be read. */
  readonly kind: 'table' | 'materialized view';
}

/** Schemas of the server itself; the search path of the migration's session is not known, so a name without a schema is looked for in all others. */
const userSchemas = `n.nspname !~ '^pg_(catalog|toast|temp)' AND n.nspname <> 'information_schema'`;

/** The relations of these names that exist now and that another session sees; for an index, its table. */
export async function findRelations(client: pg.Client, names: readonly ObjectName[]): Promise<readonly LockableRelation[]> {
  if (names.length === 0) return [];
  const { rows } = await client.query<{ name: string; relkind: string }>(
    `SELECT DISTINCT t.oid::regclass::text AS name, t.relkind
     FROM json_to_recordset($1) AS w(schema text, name text)
     JOIN pg_class c ON c.relname = w.name
     JOIN pg_namespace n ON n.oid = c.relnamespace AND (n.nspname = w.schema OR (w.schema IS NULL AND ${userSchemas}))
     LEFT JOIN pg_index i ON i.indexrelid = c.oid
     JOIN pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
     WHERE t.relkind IN ('r', 'p', 'v', 'm') AND t.relpersistence <> 't' ORDER BY 1`,
    [JSON.stringify(names)],
  );
  return rows.map(({ name, relkind }) => ({ name, kind: relkind === 'm' ? 'materialized view' : 'table' }));
}

/** Tables that a text names, wherever it names them: a body is not parsed. */
export async function tablesNamedIn(client: pg.Client, text: string): Promise<readonly LockableRelation[]> {
  const words = text.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
  const names = new Set(words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase())));
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = ANY ($1) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${userSchemas} ORDER BY 1`,
    [[...names]],
  );
  return rows.map(({ name }) => ({ name, kind: 'table' }));
}

/** Bodies of the functions and procedures of these names, and of those that they name themselves. */
export async function bodiesOf(client: pg.Client, functions: readonly ObjectName[]): Promise<readonly string[]> {
  const names = functions.map(({ name }) => name);
  if (names.length === 0) return [];
  const { rows } = await client.query<{ body: string }>(
    `WITH RECURSIVE called AS (
       SELECT p.oid, p.proname, p.prosrc AS body FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE p.proname = ANY ($1) AND ${userSchemas} AND p.prosrc IS NOT NULL
       UNION
       SELECT p.oid, p.proname, p.prosrc FROM called c JOIN pg_proc p ON c.body ~* ('\\m' || p.proname || '\\M')
       JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${userSchemas} AND p.proname ~ '^\\w+$' AND p.prosrc IS NOT NULL
     ) SELECT body FROM called`,
    [names],
  );
  return rows.map(({ body }) => body);
}

/** The catalogs of this database that nobody is writing now; those that all databases share are left out. */
export async function quietCatalogs(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT 'pg_catalog.' || quote_ident(c.relname) AS name FROM pg_class c
     WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared AND c.relname !~ '^pg_(statistic|largeobject)'
       AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.relation = c.oid AND l.locktype = 'relation'
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'ShareLock'))
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** A table on which a session holds any lock, if another session can see and lock it too. The one that it waits for is left to the last. */
export async function heldTable(client: pg.Client, serverProcessId: number): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT l.relation::regclass::text AS name FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation' AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${userSchemas}
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY EXISTS (SELECT FROM pg_locks w WHERE w.pid = l.pid AND w.relation = l.relation AND NOT w.granted), l.mode DESC, 1 LIMIT 1`,
    [serverProcessId],
  );
  return rows[0]?.name;
}
