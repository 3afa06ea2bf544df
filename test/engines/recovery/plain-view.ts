import pg from 'pg';
import type { DatabaseAddress } from '../../../src/model/sandbox';

/**
 * What is in a database, seen by plain catalog queries over a connection of its own: nothing of Faultline's reading of states is used. Rows
 * are told by a hash of their sorted texts.
 */
const queries: Readonly<Record<string, string>> = {
  columns: `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
  constraints: `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't' ORDER BY 1, 2`,
  indexes: `SELECT c.relname, pg_get_indexdef(i.indexrelid), indisvalid, indisready FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace OR NOT indisvalid ORDER BY 1`,
  triggers: `SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2`,
  foreignKeyTriggers: `SELECT count(*)::int FROM pg_trigger WHERE tgisinternal AND tgenabled <> 'O'`,
  labels: `SELECT enumtypid::regtype::text, string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum GROUP BY 1 ORDER BY 1`,
  views: `SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1`,
  partitions: `SELECT inhrelid::regclass::text, inhparent::regclass::text, inhdetachpending FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r' ORDER BY 1`,
  grants: `SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'public' ORDER BY 1, 2, 3`,
  settings: `SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()`,
  prepared: 'SELECT gid FROM pg_prepared_xacts WHERE database = current_database()',
};

export async function plainView(address: DatabaseAddress, without: readonly string[] = []): Promise<Record<string, unknown>> {
  const client = new pg.Client({ ...address, application_name: 'second opinion' });
  await client.connect();
  try {
    const view: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(queries)) view[name] = (await client.query({ text, rowMode: 'array' })).rows;
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    for (const { name } of rows.filter((row) => !without.includes(row.name))) {
      const columns = await client.query<{ column_name: string }>(
        `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 ORDER BY 1`,
        [name],
      );
      const list = columns.rows.map(({ column_name }) => `quote_nullable(${pg.escapeIdentifier(column_name)}::text)`).join(` || ',' || `);
      const hash = await client.query(
        `SELECT count(*)::int AS rows, md5(string_agg(line, ';' ORDER BY line)) AS hash FROM (SELECT ${list || "''"} AS line FROM ${pg.escapeIdentifier(name)}) l`,
      );
      view[`rows of ${name}`] = hash.rows;
    }
    return view;
  } finally {
    await client.end();
  }
}
