import type { ClientBase } from 'pg';
import { quoteQualified } from '../../../parse/postgres/identifiers';

/** In the order in which they were made: one can rest on another that was there. */
const filledViews = `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'm' AND c.relispopulated AND c.oid >= 16384 ORDER BY c.oid`;

/** Fills materialized views again, as their tables have got rows. One that refuses the rows keeps what it had. */
export async function refreshViews(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ schema: string; name: string }>(filledViews);
  for (const { schema, name } of rows) {
    await client.query(`REFRESH MATERIALIZED VIEW ${quoteQualified(schema, name)}`).catch(() => undefined);
  }
}
