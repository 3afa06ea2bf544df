import pg from 'pg';
import type { DatabaseAddress } from '../../src/model/sandbox';

/**
 * A database written out as lines, by plain queries of its own: nothing of the product's snapshots is used. Catalog lines are told apart
 * by their kind; rows are kept per table and column.
 */
export interface Dump {
  readonly catalog: readonly string[];
  readonly tables: Readonly<Record<string, readonly Row[]>>;
}

type Row = Readonly<Record<string, string | null>>;

const own = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
const acl = (column: string, kind: string, owner: string) =>
  `(SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(${column}, acldefault('${kind}', ${owner}))) a)`;

/** Each gives one column `line`. Column order, oids and the positions of sequences are no part of it. */
const catalogQueries: Readonly<Record<string, string>> = {
  schema: `SELECT nspname || ' ' || coalesce(${acl('nspacl', 'n', 'nspowner')}, '') AS line FROM pg_namespace n WHERE ${own}`,
  relation: `SELECT concat_ws(' | ', c.oid::regclass, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relispopulated, c.relreplident,
      array_to_string(c.reloptions, ','), pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid, 'pg_class'),
      pg_get_userbyid(c.relowner), ${acl('c.relacl', 'r', 'c.relowner')}, CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
      (SELECT string_agg(i.inhparent::regclass || CASE WHEN i.inhdetachpending THEN ' (pending)' ELSE '' END, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid))
      AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')`,
  column: `SELECT concat_ws(' | ', c.oid::regclass || '.' || a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
      pg_get_expr(d.adbin, d.adrelid), (SELECT collname FROM pg_collation l JOIN pg_type t ON t.oid = a.atttypid WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
      col_description(c.oid, a.attnum), array_to_string(a.attacl, ','), a.attstorage)
      AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped`,
  constraint: `SELECT concat_ws(' | ', coalesce(conrelid::regclass::text, contypid::regtype::text), conname, contype, pg_get_constraintdef(k.oid), convalidated, condeferrable, condeferred)
      AS line FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${own}`,
  index: `SELECT concat_ws(' | ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive, i.indisclustered, i.indisreplident, i.indisprimary)
      AS line FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own}`,
  trigger: `SELECT concat_ws(' | ', pg_get_triggerdef(t.oid), t.tgenabled) AS line FROM pg_trigger t WHERE NOT t.tgisinternal`,
  'internal trigger': `SELECT concat_ws(' | ', t.tgrelid::regclass, t.tgenabled, count(*)) AS line FROM pg_trigger t WHERE t.tgisinternal AND t.tgenabled <> 'O' GROUP BY t.tgrelid, t.tgenabled`,
  policy: `SELECT p::text AS line FROM pg_policies p`,
  rule: `SELECT definition AS line FROM pg_rules`,
  sequence: `SELECT concat_ws(' | ', schemaname, sequencename, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size) AS line FROM pg_sequences`,
  'sequence position': `SELECT concat_ws(' | ', d.objid::regclass, d.refobjid::regclass, a.attname) AS line FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.deptype IN ('a', 'i')`,
  enum: `SELECT t.oid::regtype || ': ' || string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) AS line FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.oid`,
  domain: `SELECT concat_ws(' | ', t.oid::regtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault) AS line FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${own} AND t.typtype = 'd'`,
  routine: `SELECT concat_ws(' | ', p.oid::regprocedure, p.prokind, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, ${acl('p.proacl', 'f', 'p.proowner')})
      AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${own} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
  extension: `SELECT concat_ws(' | ', extname, extversion, extnamespace::regnamespace) AS line FROM pg_extension`,
  statistics: `SELECT pg_get_statisticsobjdef(oid) AS line FROM pg_statistic_ext`,
  publication: `SELECT concat_ws(' | ', p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, (SELECT string_agg(prrelid::regclass::text, ',' ORDER BY prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid)) AS line FROM pg_publication p`,
  'default privileges': `SELECT concat_ws(' | ', defaclnamespace::regnamespace, defaclobjtype, defaclacl::text) AS line FROM pg_default_acl`,
  'event trigger': `SELECT concat_ws(' | ', evtname, evtevent, evtenabled, evtfoid::regproc) AS line FROM pg_event_trigger`,
  'prepared transaction': `SELECT gid AS line FROM pg_prepared_xacts WHERE database = current_database()`,
  'lock left': `SELECT DISTINCT concat_ws(' | ', a.application_name, l.mode, coalesce(l.relation::regclass::text, l.locktype)) AS line FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND l.locktype IN ('relation', 'advisory') AND a.backend_type = 'client backend'`,
};

/** Reads everything over one connection of its own. */
export async function dump(address: DatabaseAddress): Promise<Dump> {
  const { host, port, user, password, database } = address;
  const client = new pg.Client({ host, port, user, password, database, ssl: false });
  await client.connect();
  try {
    await client.query("SET search_path = ''; SET TimeZone = 'UTC'; SET row_security = off");
    const catalog: string[] = [];
    for (const [kind, query] of Object.entries(catalogQueries)) {
      const { rows } = await client.query<{ line: string }>(query);
      catalog.push(...rows.map(({ line }) => `${kind}: ${line}`));
    }
    for (const line of await sequencesInTheWay(client)) catalog.push(line);
    return { catalog: catalog.sort(), tables: await readTables(client) };
  } finally {
    await client.end();
  }
}

interface Relation {
  name: string;
  columns: string[];
}

async function readTables(client: pg.Client): Promise<Record<string, readonly Row[]>> {
  const { rows: relations } = await client.query<Relation>(`SELECT c.oid::regclass::text AS name,
      ARRAY(SELECT quote_ident(attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attname) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated) AND c.relpersistence <> 't'`);
  const tables: Record<string, readonly Row[]> = {};
  for (const { name, columns } of relations) {
    const list = columns.map((column) => `${column}::text`).join(', ');
    const { rows } = await client.query<Row>(
      `SELECT ${list} FROM ONLY ${name} ${columns.length === 0 ? '' : `ORDER BY ${columns.map((_, place) => place + 1).join(', ')}`}`,
    );
    tables[name] = rows;
  }
  return tables;
}

/** Sequences whose next value their column has already. Where a sequence stands otherwise says nothing: it does not roll back. */
async function sequencesInTheWay(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ sequence: string; table: string; column: string }>(`SELECT d.objid::regclass::text AS sequence,
      d.refobjid::regclass::text AS table, quote_ident(a.attname) AS column FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid JOIN pg_class t ON t.oid = a.attrelid AND t.relkind = 'r' WHERE d.deptype IN ('a', 'i')`);
  const found: string[] = [];
  for (const { sequence, table, column } of rows) {
    const answer = await client.query<{ taken: boolean }>(
      `SELECT coalesce((SELECT max(${column}) FROM ${table}) >= last_value + is_called::integer, false) AS taken FROM ${sequence}`,
    );
    if (answer.rows[0]?.taken === true) found.push(`sequence behind: ${sequence}`);
  }
  return found;
}

const changing = '(differs from run to run)';

/**
 * A dump without what differs from another one of an equal run: clock times and random values, and in histories how long it took. Null
 * stays null.
 */
export function maskChanging(first: Dump, second: Dump): Dump {
  const values = (rows: readonly Row[], name: string) => JSON.stringify(rows.map((row) => row[name] ?? null).sort());
  return {
    catalog: first.catalog,
    tables: Object.fromEntries(
      Object.entries(first.tables).map(([table, rows]) => {
        const others = second.tables[table] ?? [];
        const masked = new Set(
          Object.keys(rows[0] ?? {}).filter((name) => name === 'execution_time' || values(rows, name) !== values(others, name)),
        );
        return [table, masked.size === 0 ? rows : rows.map((row) => maskRow(row, masked))];
      }),
    ),
  };
}

function maskRow(row: Row, masked: ReadonlySet<string>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, masked.has(name) && value !== null ? changing : value]));
}

/** What `reached` has otherwise than `wanted`; a value that is masked in `wanted` may be anything but null. */
export function differencesBetween(wanted: Dump, reached: Dump): string[] {
  const differences = [
    ...missing(wanted.catalog, reached.catalog).map((line) => `missing ${line}`),
    ...missing(reached.catalog, wanted.catalog).map((line) => `too much ${line}`),
  ];
  for (const [table, rows] of Object.entries(wanted.tables)) {
    const masked = new Set(rows.flatMap((row) => Object.keys(row).filter((name) => row[name] === changing)));
    const [left, right] = [rows, (reached.tables[table] ?? []).map((row) => maskRow(row, masked))].map((list) => list.map(sortedText));
    for (const row of missing(left ?? [], right ?? []).slice(0, 2)) differences.push(`missing row of ${table} ${row}`);
    for (const row of missing(right ?? [], left ?? []).slice(0, 2)) differences.push(`row of ${table} too much ${row}`);
  }
  return differences;
}

function sortedText(row: Row): string {
  return JSON.stringify(Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Members of the first list, as often as they are there, that the second does not have. */
function missing(list: readonly string[], from: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const entry of from) counts.set(entry, (counts.get(entry) ?? 0) + 1);
  return list.filter((entry) => {
    const left = counts.get(entry) ?? 0;
    counts.set(entry, left - 1);
    return left <= 0;
  });
}
