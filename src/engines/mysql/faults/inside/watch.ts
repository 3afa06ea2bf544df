import { setTimeout as sleep } from 'node:timers/promises';
import type { Inside } from '../../../carrier';
import { type ControlClient, rowsOf } from '../../connect';

/** The wait for a lock is looked for this often. */
const pollMs = 3;

/**
 * What the server says that a session waits for; undefined when it does not wait. Waits for tables are told by the state of its thread, those
 * for rows by InnoDB, which is asked for its own view of the transaction (manual, "INNODB_TRX"). MariaDB refreshes that view ten times a second
 * at most.
 */
export async function waitOf(client: ControlClient, serverProcessId: number): Promise<string | undefined> {
  const id = Math.trunc(serverProcessId);
  const [row] = await rowsOf(
    client,
    `SELECT p.STATE AS state, (SELECT x.trx_state FROM information_schema.INNODB_TRX x WHERE x.trx_mysql_thread_id = ${id}) AS transaction
     FROM information_schema.PROCESSLIST p WHERE p.ID = ${id}`,
  );
  if (row === undefined) return undefined;
  if (row.transaction === 'LOCK WAIT') return 'LOCK WAIT';
  const state = String(row.state ?? '');
  return /^waiting for .*\block\b/i.test(state) ? state : undefined;
}

/** Looks until the session waits, or until `ended` says that it never will. */
export async function untilWaiting(
  client: ControlClient,
  serverProcessId: number,
  what: string,
  ended: () => boolean,
): Promise<Inside | undefined> {
  while (!ended()) {
    const wait = await waitOf(client, serverProcessId);
    if (wait !== undefined) return { what: `waits for ${what}`, waitEvent: wait };
    await sleep(pollMs);
  }
  return undefined;
}
