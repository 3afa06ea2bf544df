import { setTimeout as sleep } from 'node:timers/promises';
import type { Inside } from '../../../carrier';
import { type ControlClient, resultsOf } from '../../connect';

/** The wait for a lock is looked for this often. */
const pollMs = 10;

/**
 * What the server says that a session waits for; undefined when it does not wait. Waits for tables are told by the state of its thread, those
 * for rows by InnoDB's monitor: the tables of transactions are copies, which are not made anew while anybody reads them ten times a second
 * (manual, "InnoDB INFORMATION_SCHEMA Transaction and Locking Information").
 */
async function waitOf(client: ControlClient, serverProcessId: number): Promise<string | undefined> {
  const [[thread] = [], [monitor] = []] = await resultsOf(
    client,
    `SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = ${Math.trunc(serverProcessId)}; SHOW ENGINE INNODB STATUS`,
  );
  const state = String(thread?.state ?? '');
  if (/^waiting for .*\block\b/i.test(state)) return state;
  return waitsForRow(String(monitor?.Status ?? ''), serverProcessId) ? 'LOCK WAIT' : undefined;
}

/** Whether the monitor's text has the transaction of this session waiting. */
function waitsForRow(text: string, serverProcessId: number): boolean {
  const transactions = text.split('---TRANSACTION ').slice(1);
  const own = transactions.find((part) => new RegExp(`\\bthread id ${serverProcessId},`).test(part));
  return own !== undefined && /^LOCK WAIT\b/m.test(own);
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
