import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Inside } from '../../../carrier';

/** The wait for a lock is looked for this often. */
const pollMs = 1;

/** The sessions for which a session waits now. */
export async function blockersOf(client: pg.Client, serverProcessId: number): Promise<readonly number[]> {
  const { rows } = await client.query<{ pids: readonly number[] }>('SELECT pg_catalog.pg_blocking_pids($1) AS pids', [serverProcessId]);
  return rows[0]?.pids ?? [];
}

/** Whether a session waits now for another one. */
export async function isBlockedBy(client: pg.Client, serverProcessId: number, blocker: number): Promise<boolean> {
  return (await blockersOf(client, serverProcessId)).includes(blocker);
}

/** The server process behind a connection. */
export async function ownProcessId(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** Asks until the answer is yes, or until `ended` says that it never will be. */
export async function until(question: () => Promise<boolean>, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    if (await question()) return true;
    await sleep(pollMs);
  }
  return false;
}

/** A session is in the queue for a lock a moment before it says that it waits for it. */
const readings = 50;

/** What the server says of a session that waits. */
export async function readInside(client: pg.Client, serverProcessId: number, what: string): Promise<Inside> {
  for (let reading = 1; ; reading++) {
    const inside = await readActivity(client, serverProcessId, what);
    if (inside.waitEvent !== '' || reading >= readings) return inside;
    await sleep(pollMs);
  }
}

/** What the server says of a session that may be at work. */
export async function readActivity(client: pg.Client, serverProcessId: number, what: string): Promise<Inside> {
  // Within a transaction the view would show what it showed first.
  await client.query('SELECT pg_catalog.pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ type: string | null; event: string | null; phase: string | null }>(
    `SELECT a.wait_event_type AS type, a.wait_event AS event, p.phase
     FROM pg_stat_get_activity($1) a LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid`,
    [serverProcessId],
  );
  const [row] = rows;
  const phase = row?.phase ?? undefined;
  return {
    what,
    waitEventType: row?.type ?? '',
    waitEvent: row?.event ?? '',
    ...(phase !== undefined && { phase }),
  };
}
