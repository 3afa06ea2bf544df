import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { quoteQualified } from '../../../parse/postgres/identifiers';
import { firstUserOid } from './texts';

/** How often the server is asked what the statement holds, while it runs. */
const lookEveryMs = 2;
/** A statement that waits for something of somebody else is let through after so long. */
const greatestHoldMs = 2000;

type SeenLock = readonly [oid: number, mode: string];

/**
 * Sees the locks of a statement that can't stand in a transaction, and so holds none any more when it has answered. Such statements are
 * over in a moment in a small database, so this session puts two hurdles in their way and looks while they wait there. First SHARE on
 * every table, which whatever writes, vacuums or changes a table has to wait for; then ROW EXCLUSIVE, for which CREATE INDEX
 * CONCURRENTLY and its kin wait in their middle, as they do for any writer.
 */
export class Hurdles {
  private readonly seen = new Map<string, SeenLock>();
  private over = false;
  private watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly client: pg.ClientBase,
    private readonly processId: number,
  ) {}

  /** Puts the hurdles up for this server process. The client is used by nobody else until `stop` has resolved. */
  static async raise(client: pg.ClientBase, processId: number): Promise<Hurdles> {
    const hurdles = new Hurdles(client, processId);
    const tables = await userTables(client);
    await client.query('BEGIN');
    if (tables.length > 0) {
      await client.query(`LOCK TABLE ONLY ${tables.join(', ONLY ')} IN ROW EXCLUSIVE MODE`);
      await client.query('SAVEPOINT second');
      await client.query(`LOCK TABLE ONLY ${tables.join(', ONLY ')} IN SHARE MODE`);
    }
    hurdles.watching = hurdles.watch(tables.length > 0 ? ['ROLLBACK TO second', 'COMMIT'] : ['COMMIT']);
    // `stop` tells of it; where the run is broken off nobody stops it, and that must not end the process.
    hurdles.watching.catch(() => undefined);
    return hurdles;
  }

  /** To be called when the statement has ended. The locks that it was seen to hold or to wait for. */
  async stop(): Promise<readonly SeenLock[]> {
    this.over = true;
    await this.watching;
    return [...this.seen.values()];
  }

  /** Takes the hurdles away one by one, whenever the statement has come to one. */
  private async watch(takeAway: readonly string[]): Promise<void> {
    const left = [...takeAway];
    let waitingSince = performance.now();
    while (!this.over) {
      const waits = await this.look();
      const isLate = performance.now() - waitingSince > greatestHoldMs;
      if ((waits || isLate) && left.length > 0) {
        await this.client.query(left.shift() ?? '');
        waitingSince = performance.now();
      }
      await sleep(lookEveryMs);
    }
    if (left.length > 0) await this.client.query('ROLLBACK');
  }

  /** Notes what the statement holds and wants; true when it waits for this session. */
  private async look(): Promise<boolean> {
    const { rows } = await this.client.query<{ oid: string; mode: string; waits: boolean }>(
      `SELECT l.relation::bigint AS oid, l.mode, pg_backend_pid() = ANY (pg_blocking_pids(l.pid)) AS waits FROM pg_locks l
       WHERE l.pid = $1 AND (l.locktype = 'relation' AND l.relation >= ${firstUserOid} OR NOT l.granted)`,
      [this.processId],
    );
    for (const { oid, mode } of rows) if (oid !== null) this.seen.set(`${oid} ${mode}`, [Number(oid), mode]);
    return rows.some(({ waits }) => waits);
  }
}

async function userTables(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= ${firstUserOid} AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2`,
  );
  return rows.map(({ schema, name }) => quoteQualified(schema, name));
}
