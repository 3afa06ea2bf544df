import type pg from 'pg';
import type { Inside } from '../../../carrier';
import type { Barrier } from '../../../execution/entry';
import { openControlClient } from '../../connect';
import type { Moment } from './moment';
import { relationsOf } from './obstacles';
import { findRelations, heldTable, tablesNamedIn } from './relations';
import { waitBack } from './wait-back';
import { blockersOf, ownProcessId, readInside, until } from './watch';

/** A session of ours that holds one table. */
interface Holder {
  readonly pid: number;
  readonly client: pg.Client;
  readonly table: string;
}

/** Undefined when the migration holds the table itself, or no other session can lock it. */
async function holderOf({ address }: Moment, table: string): Promise<Holder | undefined> {
  const client = await openControlClient(address);
  try {
    await client.query(`SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE NOWAIT`);
    return { pid: await ownProcessId(client), client, table };
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
}

/** More tables than that are not held apart from each other. */
const greatestNumber = 6;

/**
 * Every table of a statement is held by a session of its own, and given up when the migration's session waits for it while it holds none: so
 * it comes to hold one and to wait for another, in whatever order it takes them.
 */
export class Peel implements Barrier {
  readonly staged = true;
  readonly inText = false;
  private readonly holders: Map<number, Holder>;
  private last: pg.Client | undefined;
  private released: Promise<void> | undefined;

  private constructor(
    holders: readonly Holder[],
    private readonly moment: Moment,
  ) {
    this.holders = new Map(holders.map((holder) => [holder.pid, holder]));
  }

  /** Undefined when no other session can lock any of them. */
  static async around(moment: Moment, finder: pg.Client): Promise<Peel | undefined> {
    const relations = await findRelations(finder, relationsOf(moment.statement));
    const mentioned = await tablesNamedIn(finder, moment.statement.sent);
    const tables = [...new Set([...relations, ...mentioned].filter(({ kind }) => kind === 'table').map(({ name }) => name))];
    const holders = await Promise.allSettled(tables.slice(0, greatestNumber).map((table) => holderOf(moment, table)));
    const held = holders.flatMap((holder) => (holder.status === 'fulfilled' ? (holder.value ?? []) : []));
    const refused = holders.find((holder) => holder.status === 'rejected');
    if (refused !== undefined) {
      await Promise.all(held.map(({ client }) => client.end().catch(() => undefined)));
      throw refused.reason;
    }
    return held.length === 0 ? undefined : new Peel(held, moment);
  }

  async reached(ended: () => boolean): Promise<Inside | undefined> {
    const { holders, moment } = this;
    for (;;) {
      const watcher = [...holders.values()][0]?.client;
      if (watcher === undefined) return undefined;
      let blocker: number | undefined;
      const waits = await until(async () => {
        blocker = (await blockersOf(watcher, moment.serverProcessId)).find((pid) => holders.has(pid));
        return blocker !== undefined;
      }, ended);
      const holder = blocker === undefined ? undefined : holders.get(blocker);
      if (!waits || blocker === undefined || holder === undefined) return undefined;
      if ((await heldTable(holder.client, moment.serverProcessId)) !== undefined) {
        this.last = holder.client;
        return readInside(holder.client, moment.serverProcessId, `waits for the lock on ${holder.table}`);
      }
      holders.delete(blocker);
      await holder.client.end();
    }
  }

  async waitBack(): Promise<boolean> {
    return this.last !== undefined && waitBack(this.last, this.moment.serverProcessId);
  }

  release(): Promise<void> {
    const clients = [...this.holders.values()].map(({ client }) => client);
    this.released ??= Promise.all(clients.map((client) => client.end().catch(() => undefined))).then(() => undefined);
    return this.released;
  }
}
