import type pg from 'pg';
import { heldTable } from './relations';

/**
 * Asks for a table that a session holds. It is granted when that session's transaction ends, so nobody waits for the answer. False when
 * the session holds none.
 */
export async function waitBack(client: pg.Client, serverProcessId: number): Promise<boolean> {
  const table = await heldTable(client, serverProcessId);
  if (table === undefined) return false;
  await client.query('SET LOCAL lock_timeout = 0');
  void client.query(`LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE`).catch(() => undefined);
  return true;
}
