import type pg from 'pg';
import type { Inside } from '../../../carrier';
import type { Barrier } from '../../../execution/entry';
import { openControlClient } from '../../connect';
import type { Moment } from './moment';
import { waitBack } from './wait-back';
import { isBlockedBy, ownProcessId, readInside, until } from './watch';

/**
 * Two sessions of ours that let the migration's session through to its next transaction: the first one holds the table for which it waits;
 * the second one queues up behind it, and the first one leaves. A lock is granted in the order of the queue, so that the migration's
 * session has it until it commits, and then waits for the second one (storage/lmgr/README, "The deadlock detection algorithm": who comes
 * later does not overtake who waits).
 */
export class Turnstile implements Barrier {
  readonly inText = false;
  readonly staged = true;
  private released: Promise<void> | undefined;

  private constructor(
    private readonly first: pg.Client,
    private readonly second: pg.Client,
    private readonly moment: Moment,
    /** What the first one holds, for people. */
    private readonly what: string,
  ) {}

  /** `first` holds the tables already, in a transaction that is open. */
  static async behind(first: pg.Client, moment: Moment, what: string): Promise<Turnstile> {
    return new Turnstile(first, await openControlClient(moment.address), moment, what);
  }

  async reached(ended: () => boolean): Promise<Inside | undefined> {
    const { first, second, moment } = this;
    const { serverProcessId } = moment;
    const [ownFirst, ownSecond] = [await ownProcessId(first), await ownProcessId(second)];
    if (!(await until(() => isBlockedBy(first, serverProcessId, ownFirst), ended))) return undefined;
    const table = await awaitedTable(first, serverProcessId);
    // It waits for something else of ours than a table; that is inside too.
    if (table === undefined) return readInside(first, serverProcessId, `waits for ${this.what}`);
    await second.query("SET deadlock_timeout = '1h'; BEGIN");
    const granted = second.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`).catch(() => undefined);
    await until(() => isBlockedBy(first, ownSecond, serverProcessId), ended);
    await first.end();
    let turned = false;
    void granted.then(() => {
      turned = true;
    });
    if (!(await until(async () => turned, ended))) return undefined;
    if (!(await until(() => isBlockedBy(second, serverProcessId, ownSecond), ended))) return undefined;
    return readInside(second, serverProcessId, `has committed a part of its work and waits for the lock on ${table}`);
  }

  waitBack(): Promise<boolean> {
    return waitBack(this.second, this.moment.serverProcessId);
  }

  release(): Promise<void> {
    this.released ??= Promise.all([this.first, this.second].map((client) => client.end().catch(() => undefined))).then(() => undefined);
    return this.released;
  }
}

async function awaitedTable(client: pg.Client, serverProcessId: number): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT relation::regclass::text AS name FROM pg_locks WHERE pid = $1 AND NOT granted AND locktype = 'relation'",
    [serverProcessId],
  );
  return rows[0]?.name;
}
