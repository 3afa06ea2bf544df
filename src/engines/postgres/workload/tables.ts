import type pg from 'pg';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';

/** A table as an application knows it that was written for the schema before. */
export interface WorkloadTable {
  /** `orders`, or `sales.orders` outside of the schema public. */
  readonly name: string;
  /** The same as SQL. */
  readonly quoted: string;
  /** False for materialized views and tables on other servers. */
  readonly isWritable: boolean;
  readonly columns: readonly WorkloadColumn[];
  /** Columns that tell a row: the primary key, or the first unique index; empty when there is none. */
  readonly key: readonly string[];
}

export interface WorkloadColumn {
  readonly name: string;
  /** Computed by the server in any case: nobody can write it. */
  readonly computed: boolean;
  /** Numbered by the server unless a value is given. */
  readonly numbered: boolean;
}

const query = `
SELECT n.nspname AS schema, c.relname AS name, c.relkind IN ('r', 'p') AS writable,
  (SELECT json_agg(json_build_object('name', a.attname, 'computed', a.attgenerated <> '' OR a.attidentity = 'a',
      'numbered', a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%') ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts)
    FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) AS key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END = $1`;

/** Reads what is known of one table; undefined when there is none of this name. */
export async function readWorkloadTable(client: pg.ClientBase, name: string): Promise<WorkloadTable | undefined> {
  const [row] = (await client.query(query, [name])).rows;
  if (row === undefined || row.columns === null) return undefined;
  return { name, quoted: quoteQualified(row.schema, row.name), isWritable: row.writable, columns: row.columns, key: row.key ?? [] };
}

/** Values as text, by column. */
export type WorkloadRow = Readonly<Record<string, string | null>>;

/** Some rows, in the order of the key. */
export async function sampleRows(
  client: pg.ClientBase,
  table: WorkloadTable,
  most: number,
  condition = 'true',
): Promise<readonly WorkloadRow[]> {
  const columns = table.columns.map(({ name }) => `${quoteIdentifier(name)}::text AS ${quoteIdentifier(name)}`).join(', ');
  const order = table.key.length === 0 ? '' : ` ORDER BY ${table.key.map((name) => `t.${quoteIdentifier(name)}`).join(', ')}`;
  const { rows } = await client.query<WorkloadRow>(`SELECT ${columns} FROM ${table.quoted} t WHERE ${condition}${order} LIMIT ${most}`);
  return rows;
}

/** A row found by its key, all columns named: as an application asks that knows the schema before. */
export function readText(table: WorkloadTable, row: WorkloadRow | undefined): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return `SELECT ${columns} FROM ${table.quoted}${row === undefined || table.key.length === 0 ? ' LIMIT 1' : ` WHERE ${keyCondition(table, row)}`}`;
}

/** A row written again with the values that it has, and undone. Undefined where there is nothing to tell a row by, or to set. */
export function updateText(table: WorkloadTable, row: WorkloadRow): string | undefined {
  const free = table.columns.filter(({ name, computed }) => !computed && !table.key.includes(name));
  const set = (free.length > 0 ? free : table.columns.filter(({ computed }) => !computed)).map(({ name }) => quoteIdentifier(name));
  if (table.key.length === 0 || set.length === 0) return undefined;
  const assignments = set.map((name) => `${name} = ${name}`).join(', ');
  return undone(`UPDATE ${table.quoted} SET ${assignments} WHERE ${keyCondition(table, row)}`);
}

/** A row added and undone. Without `numbers` the server numbers it, as it does for an application. */
export function insertText(table: WorkloadTable, row: WorkloadRow, numbers: boolean): string {
  const given = table.columns.filter(({ computed, numbered }) => !computed && (numbers || !numbered));
  if (given.length === 0) return undone(`INSERT INTO ${table.quoted} DEFAULT VALUES`);
  const values = given.map(({ name }) => literal(row[name]));
  return undone(`INSERT INTO ${table.quoted} (${given.map(({ name }) => quoteIdentifier(name)).join(', ')}) VALUES (${values.join(', ')})`);
}

/** One request: what it does is done, and undone before anybody can see it. */
function undone(statement: string): string {
  return `BEGIN; ${statement}; ROLLBACK`;
}

function keyCondition(table: WorkloadTable, row: WorkloadRow): string {
  return table.key.map((name) => `${quoteIdentifier(name)} = ${literal(row[name])}`).join(' AND ');
}

function literal(value: string | null | undefined): string {
  return value === null || value === undefined ? 'NULL' : quoteLiteral(value);
}
