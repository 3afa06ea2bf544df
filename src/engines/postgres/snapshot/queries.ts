/**
 * The catalog queries of a snapshot. Each one gives rows that `catalog.ts` turns into model types. They are sent together in one
 * simple query, under an empty search_path, so that the server writes every name outside pg_catalog with its schema
 * (manual, "System Information Functions": pg_get_expr, format_type and their kin print what is not visible with its schema).
 */

const userSchema = (schema: string) => `${schema}.nspname !~ '^pg_' AND ${schema}.nspname <> 'information_schema'`;

/** Members of an extension come and go with it. */
const notOfExtension = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend member WHERE member.classid = '${catalog}'::regclass AND member.objid = ${oid} AND member.deptype = 'e')`;

/** Privileges of everybody but the owner, with the built-in defaults spelled out (PUBLIC may execute a new function). */
const grants = (list: string, kind: string, owner: string) => `ARRAY(
  SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END || '='
      || string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ',' ORDER BY a.privilege_type)
      || '/' || pg_get_userbyid(a.grantor)
  FROM aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) a
  WHERE a.grantee <> ${owner}
  GROUP BY a.grantee, a.grantor ORDER BY 1)`;

const schemas = `
SELECT n.oid::text AS identity, n.nspname AS name, obj_description(n.oid, 'pg_namespace') AS comment,
  pg_get_userbyid(n.nspowner) AS owner, ${grants('n.nspacl', 'n', 'n.nspowner')} AS grants
FROM pg_namespace n WHERE ${userSchema('n')} AND ${notOfExtension('pg_namespace', 'n.oid')}`;

const relations = (major: number) => `
SELECT c.oid::text AS identity, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
  pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment,
  ${grants('c.relacl', 'r', 'c.relowner')} AS grants,
  c.relrowsecurity AS row_security, c.relforcerowsecurity AS row_security_forced,
  CASE c.relreplident WHEN 'd' THEN NULL WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL'
    ELSE (SELECT 'USING INDEX ' || quote_ident(ic.relname) FROM pg_index ix JOIN pg_class ic ON ic.oid = ix.indexrelid
          WHERE ix.indrelid = c.oid AND ix.indisreplident) END AS replica_identity,
  m.amname AS access_method, s.spcname AS tablespace,
  ARRAY(SELECT unnest(c.reloptions) ORDER BY 1)::text[] AS options,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
  CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
  ARRAY(SELECT pn.nspname || '.' || p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)::text[] AS parents,
  ${major >= 14 ? 'EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhdetachpending)' : 'false'} AS detach_pending,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS view_definition,
  c.relispopulated AS populated,
  (SELECT fs.srvname FROM pg_foreign_table ft JOIN pg_foreign_server fs ON fs.oid = ft.ftserver WHERE ft.ftrelid = c.oid) AS server,
  (SELECT string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', ' ORDER BY o.option_name)
    FROM pg_foreign_table ft, pg_options_to_table(ft.ftoptions) o WHERE ft.ftrelid = c.oid) AS server_options
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am m ON m.oid = c.relam AND m.amname <> 'heap'
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

const columns = (major: number) => `
SELECT a.attrelid::text AS relation, a.attnum::text AS identity, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
  a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS expression, a.attgenerated::text AS generated, a.attidentity::text AS identity_kind,
  CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
    THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
          JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
  CASE WHEN a.attstorage <> t.typstorage
    THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END AS storage,
  ${major >= 14 ? "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END" : 'NULL'} AS compression,
  nullif(a.attstattarget, -1)::int AS statistics_target, col_description(a.attrelid, a.attnum) AS comment,
  NOT a.attislocal AS inherited, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text IN ('smallint', 'integer', 'bigint', 'numeric') AS numeric,
  CASE WHEN a.attacl IS NULL THEN '{}' ELSE ${grants('a.attacl', 'c', 'c.relowner')} END::text[] AS grants
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${userSchema('n')} AND a.attnum > 0 AND NOT a.attisdropped
  AND ${notOfExtension('pg_class', 'c.oid')}
ORDER BY a.attrelid, a.attnum`;

const constraints = (major: number) => `
SELECT k.oid::text AS identity, k.conrelid::text AS relation, k.conname AS name, k.contype::text AS kind, pg_get_constraintdef(k.oid) AS definition,
  k.convalidated AS validated, ${major >= 18 ? 'k.conenforced' : 'true'} AS enforced,
  ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u(attnum, place)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place)::text[] AS columns,
  (SELECT rn.nspname || '.' || r.relname FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid) AS references,
  obj_description(k.oid, 'pg_constraint') AS comment, (NOT k.conislocal OR k.conparentid <> 0) AS inherited
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype <> 't' AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** REINDEX TABLE CONCURRENTLY leaves them on a TOAST table as on the table itself. They are told with the table that owns the TOAST. */
const invalidToastIndexes = `
SELECT i.indexrelid::text, c.oid::text, x.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisvalid, i.indisready, i.indislive, false,
  false, '{}'::text[], NULL, NULL, false, xn.nspname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.reltoastrelid
JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace xn ON xn.oid = x.relnamespace
WHERE c.reltoastrelid <> 0 AND NOT (i.indisvalid AND i.indisready AND i.indislive) AND ${userSchema('n')}`;

const indexes = `
SELECT i.indexrelid::text AS identity, i.indrelid::text AS relation, x.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
  i.indisunique AS is_unique, i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live, i.indisclustered AS clustered,
  i.indisreplident AS replica_identity,
  ARRAY(SELECT pg_get_indexdef(i.indexrelid, g, true) FROM generate_series(1, i.indnkeyatts) g)::text[] AS keys,
  (SELECT k.conname FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') LIMIT 1) AS constraint,
  obj_description(i.indexrelid, 'pg_class') AS comment, x.relispartition AS inherited, NULL AS own_schema
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}
UNION ALL ${invalidToastIndexes}`;

const triggers = (major: number) => `
SELECT t.oid::text AS identity, t.tgrelid::text AS relation, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, t.tgenabled::text AS enabled,
  obj_description(t.oid, 'pg_trigger') AS comment, ${major >= 13 ? 't.tgparentid <> 0' : 'false'} AS inherited
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** The constraint triggers behind foreign keys that ALTER TABLE ... DISABLE TRIGGER ALL switched off. */
const disabledInternalTriggers = `
SELECT DISTINCT t.tgrelid::text AS relation
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgisinternal AND t.tgenabled <> 'O' AND ${userSchema('n')}`;

const policies = `
SELECT p.oid::text AS identity, p.polrelid::text AS relation, p.polname AS name, p.polpermissive AS permissive, p.polcmd::text AS command,
  ARRAY(SELECT CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END FROM unnest(p.polroles) r ORDER BY 1)::text[] AS roles,
  pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS with_check,
  obj_description(p.oid, 'pg_policy') AS comment
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${userSchema('n')}`;

const sequences = `
SELECT c.oid::text AS identity, n.nspname AS schema, c.relname AS name, c.relpersistence::text AS persistence, pg_get_userbyid(c.relowner) AS owner,
  obj_description(c.oid, 'pg_class') AS comment, ${grants('c.relacl', 's', 'c.relowner')} AS grants,
  format_type(s.seqtypid, NULL) AS data_type, s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS minimum,
  s.seqmax::text AS maximum, s.seqcache::text AS cache, s.seqcycle AS cycle,
  (SELECT json_build_object('table', tn.nspname || '.' || t.relname, 'column', a.attname, 'internal', d.deptype = 'i')
    FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
      AND d.deptype IN ('a', 'i') LIMIT 1) AS owned_by,
  (SELECT json_build_object('table', tn.nspname || '.' || t.relname, 'column', a.attname)
    FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid JOIN pg_class t ON t.oid = f.adrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.adnum
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
    ORDER BY t.oid, a.attnum LIMIT 1) AS used_by
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE c.relkind = 'S' AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

const types = (major: number) => `
SELECT t.oid::text AS identity, n.nspname AS schema, t.typname AS name, t.typtype::text AS kind, pg_get_userbyid(t.typowner) AS owner,
  obj_description(t.oid, 'pg_type') AS comment, ${grants('t.typacl', 'T', 't.typowner')} AS grants,
  ARRAY(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)::text[] AS labels,
  ARRAY(SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> at.typcollation
      THEN ' COLLATE ' || (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
        JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END
    FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
    WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)::text[] AS attributes,
  format_type(t.typbasetype, t.typtypmod) AS base_type, t.typnotnull AS not_null, t.typdefault AS default,
  CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
    FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = t.typcollation) END AS collation,
  ARRAY(SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint k WHERE k.contypid = t.oid ORDER BY k.conname)::text[] AS checks,
  (SELECT 'subtype = ' || format_type(r.rngsubtype, NULL)
    || CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff::regproc ELSE '' END
    || CASE WHEN r.rngcanonical <> 0 THEN ', canonical = ' || r.rngcanonical::regproc ELSE '' END
    ${major >= 14 ? "|| ', multirange_type_name = ' || format_type(r.rngmultitypid, NULL)" : ''}
    FROM pg_range r WHERE r.rngtypid = t.oid) AS range
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype IN ('e', 'd', 'r', 'c') AND (t.typtype <> 'c' OR c.relkind = 'c') AND ${userSchema('n')} AND ${notOfExtension('pg_type', 't.oid')}`;

/** Functions that a range type brings along (deptype i) come and go with it. */
const functions = `
SELECT p.oid::text AS identity, n.nspname AS schema, p.proname AS name, p.prokind::text AS kind, pg_get_userbyid(p.proowner) AS owner,
  obj_description(p.oid, 'pg_proc') AS comment, ${grants('p.proacl', 'f', 'p.proowner')} AS grants,
  pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result,
  CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
    ELSE 'CREATE AGGREGATE ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
      || CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END || ') (SFUNC = ' || g.aggtransfn::regproc
      || ', STYPE = ' || format_type(g.aggtranstype, NULL)
      || CASE WHEN g.aggfinalfn <> 0 THEN ', FINALFUNC = ' || g.aggfinalfn::regproc ELSE '' END
      || CASE WHEN g.aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || g.aggcombinefn::regproc ELSE '' END
      || CASE WHEN g.agginitval IS NOT NULL THEN ', INITCOND = ' || quote_literal(g.agginitval) ELSE '' END
      || CASE WHEN p.proparallel = 's' THEN ', PARALLEL = SAFE' ELSE '' END || ')' END AS definition
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE ${userSchema('n')} AND ${notOfExtension('pg_proc', 'p.oid')}
  AND NOT EXISTS (SELECT FROM pg_depend made WHERE made.classid = 'pg_proc'::regclass AND made.objid = p.oid AND made.deptype = 'i')`;

const rules = `
SELECT r.oid::text AS identity, n.nspname AS schema, c.relname AS table, r.rulename AS name, pg_get_ruledef(r.oid) AS definition,
  obj_description(r.oid, 'pg_rewrite') AS comment
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

const extensions = `
SELECT e.oid::text AS identity, n.nspname AS schema, e.extname AS name, e.extversion AS version, obj_description(e.oid, 'pg_extension') AS comment
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`;

const eventTriggers = `
SELECT e.oid::text AS identity, e.evtname AS name, e.evtevent AS event, e.evtfoid::regproc::text AS function, e.evtenabled::text AS enabled,
  e.evttags::text[] AS tags, obj_description(e.oid, 'pg_event_trigger') AS comment
FROM pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}`;

const publications = (major: number) => `
SELECT p.oid::text AS identity, p.pubname AS name, p.puballtables AS all_tables,
  ARRAY(SELECT v FROM (VALUES ('insert', p.pubinsert), ('update', p.pubupdate), ('delete', p.pubdelete), ('truncate', p.pubtruncate)) o (v, on_)
    WHERE on_)::text[] AS operations,
  ${major >= 13 ? 'p.pubviaroot' : 'false'} AS via_root,
  ARRAY(SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
      ${major >= 15 ? "|| coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')" : ''}
    FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid ORDER BY 1)::text[] AS tables,
  ${
    major >= 15
      ? 'ARRAY(SELECT quote_ident(n.nspname) FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid ORDER BY 1)'
      : "'{}'"
  }::text[] AS schemas
FROM pg_publication p`;

const statistics = `
SELECT s.oid::text AS identity, n.nspname AS schema, s.stxname AS name, pg_get_statisticsobjdef(s.oid) AS definition,
  obj_description(s.oid, 'pg_statistic_ext') AS comment
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE ${userSchema('n')} AND ${notOfExtension('pg_statistic_ext', 's.oid')}`;

/** Catalogs of kinds that migrations seldom make, and what of them is compared beside the name. */
const otherKinds = [
  ['pg_cast', 'castfunc::text || castcontext::text'],
  ['pg_operator', 'oprcode::text'],
  ['pg_opclass', 'opcdefault::text'],
  ['pg_opfamily', "''"],
  ['pg_collation', "collprovider::text || coalesce(collcollate::text, '')"],
  ['pg_conversion', "''"],
  [
    'pg_ts_config',
    `(SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
      FROM pg_ts_config_map m WHERE m.mapcfg = pg_ts_config.oid)`,
  ],
  ['pg_ts_dict', "coalesce(dictinitoption, '')"],
  ['pg_ts_parser', "''"],
  ['pg_ts_template', "''"],
  ['pg_foreign_data_wrapper', "coalesce(fdwoptions::text, '')"],
  ['pg_foreign_server', "coalesce(srvoptions::text, '')"],
  ['pg_user_mapping', "coalesce(umoptions::text, '')"],
  ['pg_language', "''"],
  ['pg_transform', "''"],
  ['pg_am', "''"],
] as const;

/** All catalogs that the query `otherObjects` reads. */
export const otherCatalogs = [...otherKinds.map(([catalog]) => catalog), 'pg_ts_config_map'] as const;

/** They are told by the server's words for them. */
const otherObjects = `
SELECT o.class || '.' || o.oid AS identity, replace(i.type, '-', ' ') AS type, i.identity AS name, coalesce(o.detail, '') AS detail,
  ARRAY(SELECT CASE WHEN r.type = 'function' THEN replace(r.identity, ',', ', ') ELSE replace(r.type, '-', ' ') || ' ' || r.identity END FROM pg_depend d, LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) r
    WHERE d.classid = o.class::regclass AND d.objid = o.oid AND d.refobjid >= 16384 ORDER BY 1) AS needs
FROM (${otherKinds
  .map(([catalog, detail]) => `SELECT '${catalog}' AS class, oid, ${detail} AS detail FROM ${catalog} WHERE oid >= 16384`)
  .join(' UNION ALL ')}) o, LATERAL pg_identify_object(o.class::regclass, o.oid, 0) i
WHERE NOT EXISTS (SELECT FROM pg_depend member WHERE member.classid = o.class::regclass AND member.objid = o.oid AND member.deptype IN ('e', 'i'))`;

/** Shared by all databases of the server, but working in this one alone. Rows as `otherObjects` has them; the address may hold a password. */
const subscriptions = `
SELECT 'pg_subscription.' || s.oid AS identity, 'subscription' AS type, quote_ident(s.subname) AS name,
  concat(CASE WHEN s.subenabled THEN 'enabled' ELSE 'disabled' END, ' for ', array_to_string(s.subpublications, ', ')) AS detail, '{}'::text[] AS needs
FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()`;

/**
 * What belongs to the database and to none of its schemas: settings of ALTER DATABASE, and large objects, which have no names and are
 * told by number and content. Rows as `defaultPrivileges` has them. Values of list settings are stored quoted (GUC_LIST_QUOTE).
 */
const databaseObjects = `
SELECT concat('pg_db_role_setting.', a.role, '.', a.name) AS identity, concat('database setting ', a.name, ' for ' || a.role) AS name,
  format('DO $setting$ BEGIN EXECUTE format(%L, current_database()); END $setting$', concat(a.target, ' SET ', a.name, ' = ',
    CASE WHEN a.name IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries') THEN replace(a.value, '%', '%%')
      ELSE replace(quote_literal(a.value), '%', '%%') END)) AS definition,
  format('DO $setting$ BEGIN EXECUTE format(%L, current_database()); END $setting$', concat(a.target, ' RESET ', a.name)) AS removal
FROM (SELECT quote_ident(r.rolname) AS role, coalesce('ALTER ROLE ' || replace(quote_ident(r.rolname), '%', '%%') || ' IN DATABASE %I', 'ALTER DATABASE %I') AS target,
    split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
  FROM pg_db_role_setting g JOIN pg_database d ON d.oid = g.setdatabase LEFT JOIN pg_roles r ON r.oid = g.setrole, unnest(g.setconfig) c
  WHERE d.datname = current_database()) a
UNION ALL
SELECT 'pg_largeobject', 'large objects', format('-- %s large objects with content %s: restore them from a backup', (SELECT count(*) FROM pg_largeobject_metadata),
    coalesce((SELECT sum(hashtextextended(concat(pageno, ' ', data), 0)) FROM pg_largeobject), 0)),
  '-- Those that are new are no longer needed: SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid IN (...)'
WHERE EXISTS (SELECT FROM pg_largeobject_metadata)`;

/**
 * Default privileges, as the statements that make them from what the server grants by itself, and the statements that bring that back.
 * Those of a schema begin with nothing (catalog pg_default_acl). `acldefault` calls a sequence `s`.
 */
const defaultPrivileges = `
SELECT 'pg_default_acl.' || a.oid AS identity, concat('default privileges of ', a.role, ' in ' || a.schema, ' on ', lower(a.objects)) AS name,
  c.definition, c.removal
FROM (SELECT d.*, r.rolname AS role, n.nspname AS schema, CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
    WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS objects
  FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace) a,
LATERAL (SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I', a.role) || coalesce(' IN SCHEMA ' || quote_ident(a.schema), '') AS alter) p,
LATERAL (SELECT string_agg(CASE WHEN is_given THEN given ELSE taken END, E';\n' ORDER BY given) AS definition,
    string_agg(CASE WHEN is_given THEN taken ELSE given END, E';\n' ORDER BY given) AS removal
  FROM (SELECT now.grantor IS NOT NULL AS is_given, format('%s GRANT %s ON %s TO %s%s', p.alter, privilege_type, a.objects, g.grantee,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END) AS given,
      format('%s REVOKE %s ON %s FROM %s', p.alter, privilege_type, a.objects, g.grantee) AS taken
    FROM aclexplode(a.defaclacl) now
    FULL JOIN aclexplode(CASE WHEN a.schema IS NULL THEN acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END, a.defaclrole) END) own USING (grantee, privilege_type, is_grantable),
    LATERAL (SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee) g
    WHERE now.grantor IS NULL OR own.grantor IS NULL) changes) c`;

/** What views, rules and functions need, as keys of the catalog. 16384 is the first oid that is not the server's own (access/transam.h). */
const dependencies = `
SELECT DISTINCT CASE WHEN d.classid = 'pg_rewrite'::regclass
    THEN CASE WHEN w.rulename = '_RETURN' THEN w.ev_class ELSE w.oid END ELSE d.objid END::text AS dependent,
  CASE WHEN d.refclassid = 'pg_class'::regclass THEN (SELECT n.nspname || '.' || c.relname FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = d.refobjid)
    WHEN d.refclassid = 'pg_proc'::regclass THEN (SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = d.refobjid)
    ELSE (SELECT n.nspname || '.' || coalesce(e.typname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' WHERE t.oid = d.refobjid) END AS key,
  CASE WHEN d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 THEN d.refobjid || '.' || d.refobjsubid END AS used
FROM pg_depend d LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)
  AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
  AND d.deptype = 'n' AND d.refobjid >= 16384`;

const preparedTransactions = `SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY gid`;

/** The queries for a server's major version, by the name under which their rows are read. */
export function catalogQueries(major: number) {
  return {
    schemas,
    relations: relations(major),
    columns: columns(major),
    constraints: constraints(major),
    indexes,
    triggers: triggers(major),
    disabledInternalTriggers,
    policies,
    sequences,
    types: types(major),
    functions,
    rules,
    extensions,
    eventTriggers,
    publications: publications(major),
    statistics,
    otherObjects,
    subscriptions,
    databaseObjects,
    defaultPrivileges,
    dependencies,
    preparedTransactions,
  };
}

export type CatalogQueryName = keyof ReturnType<typeof catalogQueries>;
