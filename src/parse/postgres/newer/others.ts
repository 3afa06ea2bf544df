import { absent, type Feature, option, type Pattern, present } from './feature';

/** Roles that come with the server; names that begin with pg_ are its own. */
const roles: readonly (readonly [name: string, since: number])[] = [
  ['pg_database_owner', 14],
  ['pg_read_all_data', 14],
  ['pg_write_all_data', 14],
  ['pg_checkpoint', 15],
  ['pg_create_subscription', 16],
  ['pg_use_reserved_connections', 16],
  ['pg_maintain', 17],
  ['pg_signal_autovacuum_worker', 18],
];

/** Settings that a migration or a dump sets. */
const settings: readonly (readonly [name: string, since: number])[] = [
  ['enable_incremental_sort', 13],
  ['hash_mem_multiplier', 13],
  ['logical_decoding_work_mem', 13],
  ['maintenance_io_concurrency', 13],
  ['default_toast_compression', 14],
  ['idle_session_timeout', 14],
  ['client_connection_check_interval', 14],
  ['compute_query_id', 14],
  ['enable_memoize', 14],
  ['createrole_self_grant', 16],
  ['debug_parallel_query', 16],
  ['enable_presorted_aggregate', 16],
  ['vacuum_buffer_usage_limit', 16],
  ['event_triggers', 17],
  ['transaction_timeout', 17],
  ['enable_group_by_reordering', 17],
  ['file_copy_method', 18],
  ['extension_control_path', 18],
  ['vacuum_truncate', 18],
];

/** Options of maintenance commands in parentheses. */
const maintenance: readonly (readonly [option: string, since: number, example: string])[] = [
  ['parallel', 13, 'VACUUM (PARALLEL 1) t'],
  ['process_toast', 14, 'VACUUM (PROCESS_TOAST) t'],
  ['skip_database_stats', 16, 'VACUUM (SKIP_DATABASE_STATS) t'],
  ['only_database_stats', 16, 'VACUUM (ONLY_DATABASE_STATS)'],
  ['process_main', 16, 'VACUUM (PROCESS_MAIN) t'],
  ['buffer_usage_limit', 16, "VACUUM (BUFFER_USAGE_LIMIT '1MB') t"],
];

const publishedSchema: Pattern = { pubobjects: { PublicationObjSpec: { pubobjtype: /IN_(?:CUR_)?SCHEMA$/ } } };
const publishedColumns: Pattern = { pubobjects: { PublicationObjSpec: { pubtable: { columns: present } } } };
const publishedRows: Pattern = { pubobjects: { PublicationObjSpec: { pubtable: { whereClause: present } } } };

/** What is new about functions, privileges, replication, settings and maintenance. */
export const otherFeatures: readonly Feature[] = [
  ...roles.map(
    ([name, since]): Feature => ({
      what: `the role ${name}`,
      since,
      words: new RegExp(`\\b${name}\\b`),
      nodes: {
        GrantRoleStmt: { granted_roles: { AccessPriv: { priv_name: name } } },
        GrantStmt: { grantees: { RoleSpec: { rolename: name } } },
        AlterOwnerStmt: { newowner: { rolename: name } },
      },
      example: name === 'pg_database_owner' ? `GRANT SELECT ON t TO ${name}` : `GRANT ${name} TO CURRENT_USER`,
    }),
  ),
  ...settings.map(
    ([name, since]): Feature => ({
      what: `the setting ${name}`,
      since,
      words: new RegExp(`\\b${name}\\b`),
      nodes: { VariableSetStmt: { name } },
      example: `RESET ${name}`,
    }),
  ),
  ...maintenance.map(
    ([name, since, example]): Feature => ({
      what: `the option ${name.toUpperCase()} of VACUUM`,
      since,
      words: new RegExp(`\\b${name}\\b`),
      nodes: { VacuumStmt: { is_vacuumcmd: true, options: option(name) } },
      example,
    }),
  ),
  // 13
  {
    what: 'DROP DATABASE ... WITH (FORCE)',
    since: 13,
    words: /\bforce\b/,
    nodes: { DropdbStmt: { options: option('force') } },
    example: 'DROP DATABASE IF EXISTS nobody_has_this WITH (FORCE)',
  },
  // 14
  {
    what: 'the body of a function in SQL itself (BEGIN ATOMIC, RETURN)',
    since: 14,
    words: /\breturn\b|\batomic\b/,
    nodes: { CreateFunctionStmt: { sql_body: present } },
    example: 'CREATE FUNCTION one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
    instead: 'Write the body as a string: AS $$ ... $$',
  },
  {
    what: 'OUT parameters of procedures',
    since: 14,
    words: /\bout\b/,
    nodes: { CreateFunctionStmt: { is_procedure: true, parameters: { FunctionParameter: { mode: 'FUNC_PARAM_OUT' } } } },
    example: 'CREATE PROCEDURE q(OUT a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$',
    instead: 'Use INOUT',
  },
  {
    what: 'REINDEX (CONCURRENTLY)',
    since: 14,
    // The tree is the same for REINDEX TABLE CONCURRENTLY.
    words: /\breindex\s*\([^)]*\bconcurrently\b/,
    nodes: { ReindexStmt: { params: option('concurrently') } },
    example: 'REINDEX (CONCURRENTLY) TABLE t',
    instead: 'Write REINDEX TABLE CONCURRENTLY',
  },
  {
    what: 'REINDEX (TABLESPACE)',
    since: 14,
    words: /\breindex\b/,
    nodes: { ReindexStmt: { params: option('tablespace') } },
    example: 'REINDEX (TABLESPACE pg_default) TABLE t',
  },
  {
    what: 'GRANTED BY',
    since: 14,
    words: /\bgranted\s+by\b/,
    nodes: { GrantStmt: { grantor: present } },
    example: 'GRANT SELECT ON t TO PUBLIC GRANTED BY CURRENT_USER',
  },
  {
    what: 'ADD PUBLICATION and DROP PUBLICATION of a subscription',
    since: 14,
    words: /\bpublication\b/,
    nodes: { AlterSubscriptionStmt: { kind: /^ALTER_SUBSCRIPTION_(?:ADD|DROP)_PUBLICATION$/ } },
    setup: "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
    example: 'ALTER SUBSCRIPTION s ADD PUBLICATION q WITH (refresh = false)',
  },
  // 15
  {
    what: 'publications of schemas',
    since: 15,
    words: /\bin\s+schema\b/,
    nodes: { CreatePublicationStmt: publishedSchema, AlterPublicationStmt: publishedSchema },
    example: 'CREATE PUBLICATION q FOR TABLES IN SCHEMA public',
  },
  {
    what: 'column lists in publications',
    since: 15,
    words: /\btable\b/,
    nodes: { CreatePublicationStmt: publishedColumns, AlterPublicationStmt: publishedColumns },
    example: 'CREATE PUBLICATION q FOR TABLE t (a)',
  },
  {
    what: 'row filters in publications',
    since: 15,
    words: /\bwhere\b/,
    nodes: { CreatePublicationStmt: publishedRows, AlterPublicationStmt: publishedRows },
    example: 'CREATE PUBLICATION q FOR TABLE t WHERE (a > 1)',
  },
  {
    what: 'privileges on settings (ON PARAMETER)',
    since: 15,
    words: /\bon\s+parameter\b/,
    nodes: { GrantStmt: { objtype: 'OBJECT_PARAMETER_ACL' } },
    example: 'GRANT SET ON PARAMETER work_mem TO PUBLIC',
  },
  {
    what: 'STRATEGY of CREATE DATABASE',
    since: 15,
    words: /\bstrategy\b/,
    nodes: { CreatedbStmt: { options: option('strategy') } },
    example: 'CREATE DATABASE strategy_of_database STRATEGY wal_log',
  },
  // 16
  {
    what: 'GRANT of a role WITH INHERIT or WITH SET',
    since: 16,
    words: /\bwith\s+(?:inherit|set)\b/,
    nodes: { GrantRoleStmt: { opt: option(/^(?:inherit|set)$/) } },
    example: 'GRANT pg_monitor TO pg_signal_backend WITH INHERIT TRUE',
  },
  // 17
  {
    what: 'the privilege MAINTAIN',
    since: 17,
    words: /\bmaintain\b/,
    nodes: { GrantStmt: { privileges: { AccessPriv: { priv_name: 'maintain' } } } },
    example: 'GRANT MAINTAIN ON t TO PUBLIC',
  },
  {
    what: 'collations of the provider builtin',
    since: 17,
    words: /\bbuiltin\b/,
    nodes: { DefineStmt: { kind: 'OBJECT_COLLATION', definition: { DefElem: { defname: 'provider', arg: isNamed('builtin') } } } },
    example: "CREATE COLLATION bytes (provider = builtin, locale = 'C')",
  },
  // 18
  {
    what: 'ONLY in VACUUM and ANALYZE',
    since: 18,
    words: /\bonly\b/,
    nodes: { VacuumStmt: { rels: { VacuumRelation: { relation: { inh: false } } } } },
    example: 'VACUUM ONLY t',
  },
  {
    what: 'default privileges on large objects',
    since: 18,
    words: /\blarge\s+objects\b/,
    nodes: { AlterDefaultPrivilegesStmt: { action: { objtype: 'OBJECT_LARGEOBJECT' } } },
    example: 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO PUBLIC',
  },
];

/** A word without quotes is a type name to the parser, one in quotes a string. */
function isNamed(name: string): (value: unknown) => boolean {
  return (value) => JSON.stringify(value)?.includes(`"sval":"${name}"`) === true && !absent(value);
}
