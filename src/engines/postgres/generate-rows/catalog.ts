import type { ClientBase } from 'pg';

/** What row generation has to know about a column. Type names are `format_type` texts, qualified. */
export interface FillColumn {
  readonly name: string;
  readonly number: number;
  /** With its modifier: `character varying(20)`, `app.mood`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** Generated, identity, or filled from a sequence: the server knows the value better. */
  readonly byServer: boolean;
  readonly generated: boolean;
  readonly form: TypeForm;
}

/** A type taken apart as far as its values need. */
export interface TypeForm {
  /** Of the type below all domains: `int4`, `varchar`, the enum's or range's own name. */
  readonly base: string;
  /** pg_type.typtype below all domains: b base, e enum, c composite, r range, m multirange. */
  readonly kind: string;
  /** Without modifier, qualified: for casts. */
  readonly cast: string;
  /** Length of varchar, char, bit; precision of numeric. */
  readonly length: number | null;
  readonly scale: number | null;
  readonly labels: readonly string[];
  /** Number of attributes of a composite type. */
  readonly attributes: number;
  /** CHECK expressions of its domains, over VALUE. */
  readonly domainChecks: readonly string[];
  readonly domainNotNull: boolean;
  /** Of an array, its element; of a range, its subtype; of a multirange, its range. */
  readonly inner: TypeForm | null;
  readonly array: boolean;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly target: number;
  readonly targetColumns: readonly string[];
  /** Validated and enforced: the server vouches for the rows that are there. */
  readonly checked: boolean;
}

export interface FillTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly partitioned: boolean;
  readonly columns: readonly FillColumn[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Columns of each unique index: keys, or what its expressions and its predicate read. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** Some unique key is deferrable, which ON CONFLICT does not support. */
  readonly deferrableKeys: boolean;
  /** CHECK expressions, with the columns they read. */
  readonly checks: readonly { readonly expression: string; readonly columns: readonly string[] }[];
  /** Conditions of the leaf partitions; a row must meet one. */
  readonly partitionConditions: readonly string[];
  readonly partitionColumns: readonly string[];
}

/** All ordinary and partitioned tables of the user, without partitions, temporary tables and tables of extensions; by schema and name. */
export async function readTables(client: ClientBase): Promise<readonly FillTable[]> {
  const tables = await client.query<TableRow>(tablesQuery);
  const types = new Map((await client.query<TypeRow>(typesQuery)).rows.map((row) => [row.oid, row]));
  return tables.rows.map((row) => ({
    ...row,
    columns: row.columns.map((column) => ({ ...column, form: typeForm(types, column.typeOid, column.modifier) })),
  }));
}

interface TableRow extends Omit<FillTable, 'columns'> {
  readonly columns: readonly (Omit<FillColumn, 'form'> & { readonly typeOid: number; readonly modifier: number })[];
}

interface TypeRow {
  readonly oid: number;
  readonly name: string;
  readonly kind: string;
  readonly cast: string;
  readonly labels: readonly string[] | null;
  readonly attributes: number;
  readonly element: number;
  readonly subtype: number | null;
  readonly baseType: number;
  readonly baseModifier: number;
  readonly notNull: boolean;
  readonly checks: readonly string[] | null;
}

function typeForm(types: ReadonlyMap<number, TypeRow>, oid: number, modifier: number): TypeForm {
  const row = types.get(oid);
  const nothing = {
    labels: [],
    attributes: 0,
    domainChecks: [],
    domainNotNull: false,
    inner: null,
    array: false,
    length: null,
    scale: null,
  };
  if (row === undefined) return { base: 'unknown', kind: 'b', cast: 'text', ...nothing };
  if (row.kind === 'd') {
    const below = typeForm(types, row.baseType, modifier >= 0 ? modifier : row.baseModifier);
    const domainChecks = [...below.domainChecks, ...(row.checks ?? [])];
    return { ...below, domainChecks, domainNotNull: below.domainNotNull || row.notNull };
  }
  const inner = row.element > 0 ? typeForm(types, row.element, modifier) : row.subtype === null ? null : typeForm(types, row.subtype, -1);
  return {
    ...nothing,
    base: row.name,
    kind: row.kind,
    cast: row.cast,
    ...lengths(row.name, modifier),
    labels: row.labels ?? [],
    attributes: row.attributes,
    inner,
    array: row.element > 0,
  };
}

/** Type modifiers as the types' input functions pack them: varchar and char add 4; numeric has precision and scale (11 bits, signed). */
function lengths(name: string, modifier: number): { readonly length: number | null; readonly scale: number | null } {
  if (modifier < 0) return { length: null, scale: null };
  if (name === 'varchar' || name === 'bpchar') return { length: modifier - 4, scale: null };
  if (name === 'bit' || name === 'varbit') return { length: modifier, scale: null };
  if (name !== 'numeric') return { length: null, scale: null };
  const packed = modifier - 4;
  return { length: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}

const userTables = `
  c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`;

const tablesQuery = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned,
  coalesce(columns.list, '[]') AS columns, coalesce(keys.list, '[]') AS "foreignKeys", coalesce(uniques.list, '[]') AS "uniqueKeys",
  coalesce(uniques.deferrable, false) AS "deferrableKeys", coalesce(checks.list, '[]') AS checks,
  coalesce(partitions.list, '[]') AS "partitionConditions", coalesce(partition_columns.list, '[]') AS "partitionColumns"
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object(
    'name', a.attname, 'number', a.attnum, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated', a.attgenerated <> '',
    'byServer', a.attgenerated <> '' OR a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
    'typeOid', a.atttypid::int8, 'modifier', a.atttypmod) ORDER BY a.attnum) AS list
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) columns ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('name', k.conname, 'target', k.confrelid::int8,
    'checked', k.convalidated AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true),
    'columns', (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(number, n)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
    'targetColumns', (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(number, n)
                      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number))
    ORDER BY cardinality(k.conkey) DESC, k.conname) AS list
  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
) keys ON true
LEFT JOIN LATERAL (
  SELECT json_agg(key.names ORDER BY key.name) AS list, bool_or(NOT key.immediate) AS deferrable
  FROM (
    SELECT i.relname AS name, x.indimmediate AS immediate,
      (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND (
        a.attnum = ANY (x.indkey) OR (0 = ANY (x.indkey) AND a.attnum IN (
          SELECT e.refobjsubid FROM pg_depend e
          WHERE e.classid = 'pg_class'::regclass AND e.objid = x.indexrelid AND e.refclassid = 'pg_class'::regclass AND e.refobjid = c.oid)))) AS names
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = c.oid AND (x.indisunique OR x.indisexclusion)
  ) key WHERE key.names IS NOT NULL
) uniques ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('expression', pg_get_expr(k.conbin, k.conrelid),
    'columns', coalesce((SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)), '[]')) ORDER BY k.conname) AS list
  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
) checks ON true
LEFT JOIN LATERAL (
  SELECT json_agg(coalesce(pg_get_partition_constraintdef(t.relid), 'true') ORDER BY t.relid::text) AS list
  FROM pg_partition_tree(c.oid) t WHERE t.isleaf AND c.relkind = 'p' AND t.relid <> c.oid
) partitions ON true
LEFT JOIN LATERAL (
  SELECT json_agg(DISTINCT a.attname) AS list
  FROM pg_partition_tree(c.oid) t JOIN pg_partitioned_table p ON p.partrelid = t.relid
  JOIN pg_attribute a ON a.attrelid = p.partrelid AND (a.attnum = ANY (p.partattrs) OR 0 = ANY (p.partattrs) AND a.attnum > 0)
  WHERE c.relkind = 'p'
) partition_columns ON true
WHERE ${userTables}
ORDER BY n.nspname, c.relname`;

/** A cast to `character` or `bit` would cut to one, hence their internal names. Element types of true arrays only: `point` and its kin have an element type, too, but are no arrays. */
const typesQuery = `
SELECT t.oid::int8::float8 AS oid, t.typname AS name, t.typtype AS kind, 
  CASE t.typname WHEN 'bpchar' THEN 'bpchar' WHEN '_bpchar' THEN 'bpchar[]' WHEN 'bit' THEN '"bit"' WHEN '_bit' THEN '"bit"[]'
    ELSE format_type(t.oid, NULL) END AS cast,
  (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
  (SELECT count(*)::integer FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
  CASE WHEN t.typcategory = 'A' THEN t.typelem::int8::float8 ELSE 0 END AS element,
  (SELECT CASE WHEN t.typtype = 'r' THEN r.rngsubtype ELSE r.rngtypid END::int8::float8 FROM pg_range r
   WHERE CASE WHEN t.typtype = 'm' THEN to_jsonb(r) ->> 'rngmultitypid' = t.oid::text ELSE r.rngtypid = t.oid END) AS subtype,
  t.typbasetype::int8::float8 AS "baseType", t.typtypmod AS "baseModifier", t.typnotnull AS "notNull",
  (SELECT json_agg(pg_get_expr(k.conbin, 0) ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
FROM pg_type t`;
