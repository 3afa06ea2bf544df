import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseAddress } from '../../../model/sandbox';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import type { MeasuredLock } from '../../measure';
import { type ControlClient, openControlClient, rowsOf } from '../connect';

const pollMs = 5;

/** Kinds of metadata lock, weakest first (sql/mdl.h, enum_mdl_type). */
const strengths: readonly string[] = [
  'SHARED',
  'SHARED_READ',
  'SHARED_WRITE',
  'SHARED_UPGRADABLE',
  'SHARED_READ_ONLY',
  'SHARED_NO_WRITE',
  'SHARED_NO_READ_WRITE',
  'EXCLUSIVE',
];

/**
 * Sessions that hold the tables of a statement by LOCK TABLES ... READ, so that it has to wait where it asks for a lock in which nobody may
 * write any more. While it waits, the server shows what it holds and what it waits for: MySQL keeps no record of locks that are gone. Each table is let
 * go as soon as the statement waits for it.
 */
export class Hurdles {
  private readonly seen = new Map<string, MeasuredLock>();
  private stopped = false;

  private constructor(
    private readonly client: ControlClient,
    private readonly session: number,
    private readonly holders: Map<string, ControlClient>,
  ) {}

  /** Holds those of the tables on which the session has no lock yet. */
  static async raise(client: ControlClient, address: DatabaseAddress, session: number, tables: readonly string[]): Promise<Hurdles> {
    const own = new Set((await locksOf(client, session)).map(({ relation }) => relation));
    const holders = new Map<string, ControlClient>();
    for (const table of tables.filter((name) => !own.has(name))) {
      const holder = await openControlClient(address);
      holders.set(table, holder);
      await holder.query(`SET lock_wait_timeout = 1; LOCK TABLES ${quoteIdentifier(table)} READ`).catch(() => undefined);
    }
    return new Hurdles(client, session, holders);
  }

  /** Watches until `stop`. */
  async watch(): Promise<void> {
    while (!this.stopped && this.holders.size > 0) {
      await this.look();
      await pause(pollMs);
    }
  }

  /** What was seen of the statement's locks, and what the session holds now that it is done. */
  async stop(): Promise<{ readonly taken: readonly MeasuredLock[]; readonly held: readonly MeasuredLock[] }> {
    this.stopped = true;
    await Promise.all([...this.holders.keys()].map((table) => this.release(table)));
    const held = (await locksOf(this.client, this.session)).map(({ relation, mode }) => ({ relation, mode }));
    for (const lock of held) this.seen.set(`${lock.relation} ${lock.mode}`, lock);
    const taken = [...this.seen.values()].sort((a, b) => strengths.indexOf(a.mode) - strengths.indexOf(b.mode));
    return { taken, held };
  }

  private async look(): Promise<void> {
    // Asked first: a statement that waits now still does when its locks are read, and is seen with them.
    const waits = await waitsForTable(this.client, this.session);
    for (const { relation, mode, waiting } of await locksOf(this.client, this.session)) {
      this.seen.set(`${relation} ${mode}`, { relation, mode });
      if (waiting) await this.release(relation);
    }
    if (waits) await Promise.all([...this.holders.keys()].map((table) => this.release(table)));
  }

  private async release(table: string): Promise<void> {
    const holder = this.holders.get(table);
    this.holders.delete(table);
    await holder?.end().catch(() => holder.destroy());
  }
}

/**
 * Whether it waits for a lock of a storage engine that locks tables whole (MyISAM, Aria): MariaDB grants the metadata lock before, and shows none
 * that waits.
 */
async function waitsForTable(client: ControlClient, session: number): Promise<boolean> {
  const [thread] = await rowsOf(client, `SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = ${Math.trunc(session)}`);
  return /^waiting for table level lock/i.test(String(thread?.state ?? ''));
}

interface SeenLock extends MeasuredLock {
  readonly waiting: boolean;
}

/** The metadata locks on tables of the database in use, without those that only keep a name from being dropped. */
async function locksOf(client: ControlClient, session: number): Promise<readonly SeenLock[]> {
  const rows = await rowsOf(
    client,
    `SELECT m.OBJECT_NAME AS relation, m.LOCK_TYPE AS mode, m.LOCK_STATUS <> 'GRANTED' AS waiting FROM performance_schema.metadata_locks m
     JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
     WHERE t.PROCESSLIST_ID = ${Math.trunc(session)} AND m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = DATABASE() AND m.OBJECT_NAME NOT LIKE '#sql%'
       AND m.LOCK_TYPE <> 'INTENTION_EXCLUSIVE'`,
  );
  return rows.map(({ relation, mode, waiting }) => ({ relation: String(relation), mode: String(mode), waiting: Number(waiting) === 1 }));
}
