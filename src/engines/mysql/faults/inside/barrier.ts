import type { Statement } from '../../../../model/migration';
import type { ObjectName } from '../../../../model/operation';
import { quoteLiteral, quoteQualified } from '../../../../parse/mysql/identifiers';
import { knowsNoTransactions } from '../../../../plan/mysql/situation';
import type { Inside } from '../../../carrier';
import type { Barrier, BarrierWish } from '../../../execution/entry';
import { type ControlClient, openControlClient, rowsOf } from '../../connect';
import type { Moment } from './moment';
import { type Obstacle, obstaclesOf } from './obstacles';
import { rowsInOrder, type WaitBack } from './rows';
import { untilWaiting } from './watch';

/** What a session of ours has got hold of. */
interface Held {
  /** For people: "the lock on a row in the middle of orders". */
  readonly what: string;
  /** Asks for a row that the migration's session has by then. Absent: it has none. */
  readonly waitBack?: WaitBack;
}

/**
 * Places the best barrier that there is for a statement, before it is sent. Undefined where there is none: nothing that the server would
 * wait for, or the migration's own session holds it already. Nothing is changed by it. Rejects when no connection can be made.
 */
export async function placeBarrier(moment: Moment, { holding }: BarrierWish): Promise<Barrier | undefined> {
  const client = await openControlClient(moment.address);
  const watcher = await openControlClient(moment.address);
  try {
    // What the migration's session holds itself is not waited for longer than the shortest time that there is.
    await client.query('SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1');
    const bodies = await calledBodies(client, moment.statement);
    for (const obstacle of obstaclesOf(moment.statement, bodies)) {
      const held = await take(client, obstacle, bodies.length > 0);
      if (held !== undefined && (!holding || held.waitBack !== undefined)) return new LockBarrier(client, watcher, moment, held);
      await client.query('ROLLBACK');
      await client.query('UNLOCK TABLES');
    }
  } catch (error) {
    await Promise.all([client, watcher].map((each) => each.end().catch(() => each.destroy())));
    throw error;
  }
  await Promise.all([client.end(), watcher.end()]);
  return undefined;
}

/** Undefined where it can't be had. */
async function take(client: ControlClient, obstacle: Obstacle, inBody: boolean): Promise<Held | undefined> {
  const { table } = obstacle;
  const storage = await storageOf(client, table);
  if (storage === undefined) return undefined;
  const met = knowsNoTransactions(storage) ? lockOfTable(obstacle) : obstacle;
  const name = quoteQualified(table.schema, table.name);
  try {
    switch (met.kind) {
      case 'middle row': {
        const rows = await rowsInOrder(client, table, met.where);
        const middle = rows?.middle;
        if (rows === undefined || middle === undefined) return undefined;
        await client.query('START TRANSACTION');
        await client.query(`SELECT 1 FROM ${name} WHERE ${middle} FOR UPDATE`);
        // What a body has written before is committed as a rule: it holds nothing that could be waited for.
        const waitBack = inBody ? undefined : rows.waitBack;
        return { what: `the lock on a row in the middle of ${table.name}`, ...(waitBack && { waitBack }) };
      }
      case 'all rows':
        await client.query('START TRANSACTION');
        await client.query(`SELECT COUNT(*) FROM (SELECT 1 FROM ${name} FOR UPDATE) AS held`);
        return { what: `the locks on the rows of ${table.name}` };
      case 'metadata':
        await client.query('START TRANSACTION');
        await client.query(`SELECT 1 FROM ${name} LIMIT 0`);
        return { what: `the metadata lock on ${table.name}` };
      case 'table':
        await client.query(`LOCK TABLES ${name} WRITE`);
        return { what: `the lock on ${table.name}` };
    }
  } catch {
    // Not for us to have: the migration's session holds it, or it can't be read.
    return undefined;
  }
}

/** What the procedures do that a statement calls: the server has their texts. */
async function calledBodies(client: ControlClient, { operations }: Statement): Promise<readonly string[]> {
  const calls = operations.flatMap((operation) => (operation.kind === 'call' ? [operation.name] : []));
  const found = calls.map(({ schema, name }) =>
    rowsOf(
      client,
      `SELECT ROUTINE_DEFINITION AS body FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME = ${quoteLiteral(name)}
       AND ROUTINE_SCHEMA = ${schema === undefined ? 'DATABASE()' : quoteLiteral(schema)}`,
    ),
  );
  return (await Promise.all(found)).flat().map((row) => String(row.body ?? ''));
}

/** A table without row locks is locked whole, before its first row is written. */
function lockOfTable(obstacle: Obstacle): Obstacle {
  return obstacle.kind === 'metadata' ? obstacle : { kind: 'table', table: obstacle.table };
}

/** The storage engine; undefined for what is no table. */
async function storageOf(client: ControlClient, { schema, name }: ObjectName): Promise<string | undefined> {
  const database = schema === undefined ? 'DATABASE()' : quoteLiteral(schema);
  const rows = await rowsOf(
    client,
    `SELECT ENGINE AS storage FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${quoteLiteral(name)} AND TABLE_TYPE = 'BASE TABLE'`,
  );
  const [row] = rows;
  return row && String(row.storage);
}

class LockBarrier implements Barrier {
  readonly staged = false;
  readonly inText = false;
  private released: Promise<void> | undefined;

  constructor(
    private readonly client: ControlClient,
    private readonly watcher: ControlClient,
    private readonly moment: Moment,
    private readonly held: Held,
  ) {}

  reached(ended: () => boolean): Promise<Inside | undefined> {
    return untilWaiting(this.watcher, this.moment.serverProcessId, this.held.what, ended);
  }

  async waitBack(): Promise<boolean> {
    if (this.held.waitBack === undefined) return false;
    await this.held.waitBack(this.client);
    return true;
  }

  release(): Promise<void> {
    // A session that waits itself does not read the end of its connection: it is ended.
    this.released ??= (async () => {
      const { threadId } = this.client;
      await this.watcher.query(`KILL CONNECTION ${threadId}`).catch(() => undefined);
      this.client.destroy();
      await this.watcher.end().catch(() => this.watcher.destroy());
    })();
    return this.released;
  }
}
