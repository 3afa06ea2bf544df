import type pg from 'pg';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import type { HistoryColumn, HistoryTable, HistoryValues } from '../../command/history';
import { sqlWriting } from '../../command/sql-writing';

/**
 * The tables of these names that there are, in any schema, with all of their rows. A name may have its schema: `app.history`.
 * @param client not in a transaction. @throws the driver's error.
 */
export async function readHistoryTables(client: pg.ClientBase, names: readonly string[]): Promise<readonly HistoryTable[]> {
  const { rows } = await client.query<{ schema: string; name: string; columns: HistoryColumn[] }>(tablesQuery, [names]);
  const tables: HistoryTable[] = [];
  for (const { schema, name, columns } of rows) {
    const answer = await client.query<{ row: HistoryValues }>(
      `SELECT (SELECT json_object_agg(key, value) FROM jsonb_each_text(to_jsonb(t))) AS row FROM ${quoteQualified(schema, name)} t`,
    );
    tables.push({ schema, name, columns, rows: answer.rows.map(({ row }) => row ?? {}) });
  }
  return tables;
}

const tablesQuery = `
SELECT n.nspname AS schema, c.relname AS name, json_agg(json_build_object(
    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'isGiven', a.attidentity <> '' OR a.attgenerated <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
    'isKey', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))) ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND (c.relname = ANY ($1) OR n.nspname || '.' || c.relname = ANY ($1))
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY n.nspname, c.relname ORDER BY n.nspname, c.relname`;

/** Which of these function names the server itself has. @throws the driver's error. */
export async function builtInFunctions(client: pg.ClientBase, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)",
    [names],
  );
  return new Set(rows.map(({ name }) => name));
}

export const historyWriting = sqlWriting({
  name: ({ schema, name }) => quoteQualified(schema, name),
  identifier: quoteIdentifier,
  literal(value, type) {
    if (value == null) return 'NULL';
    if (type !== undefined && /^(smallint|integer|bigint|boolean)$/.test(type)) return value;
    return type === undefined || /^(text|character varying)/.test(type) ? quoteLiteral(value) : `${quoteLiteral(value)}::${type}`;
  },
  differ: (left, right) => `${left} IS DISTINCT FROM ${right}`,
  guarded({ schema, name }, texts, when) {
    const body = texts.map((text) => `  ${text}`).join('\n');
    const test = `to_regclass(${quoteLiteral(quoteQualified(schema, name))}) IS ${when === 'there' ? 'NOT NULL' : 'NULL'}`;
    return [`DO $faultline$ BEGIN IF ${test} THEN\n${body}\nEND IF; END $faultline$;`];
  },
});
