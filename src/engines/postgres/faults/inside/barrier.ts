import type pg from 'pg';
import type { Inside } from '../../../carrier';
import type { Barrier, BarrierWish } from '../../../execution/entry';
import { openControlClient } from '../../connect';
import { takeObstacle } from './locks';
import type { Moment, Obstacle } from './moment';
import { obstaclesOf } from './obstacles';
import { Peel } from './peel';
import { Turnstile } from './turnstile';
import { waitBack } from './wait-back';
import { isBlockedBy, ownProcessId, readInside, until } from './watch';

/** No session of ours waits longer for what it wants to hold: it may be that the migration holds it. */
const placingTimeoutMs = 40;

/**
 * Places the best barrier that there is for a statement, before it is sent. Undefined where there is none: nothing that the server would
 * wait for, or the migration's own session holds it already. Nothing is changed by it. Rejects when no connection can be made.
 */
export async function placeBarrier(moment: Moment, wish: BarrierWish): Promise<Barrier | undefined> {
  const obstacles = obstaclesOf(moment.statement).filter((obstacle) => serves(obstacle, moment, wish));
  const client = await openControlClient(moment.address);
  let barrier: Barrier | undefined;
  try {
    await client.query(`SET lock_timeout = ${placingTimeoutMs}; SET deadlock_timeout = '1h'`);
    for (const obstacle of obstacles) {
      const held = await takeObstacle(client, moment.statement.sent, obstacle);
      if (held !== undefined && obstacle.kind === 'batches') barrier = await Turnstile.behind(client, moment, held);
      else if (held !== undefined) barrier = new LockBarrier(client, moment, held, obstacle.kind === 'gate in text');
      if (barrier !== undefined) return barrier;
      await client.query('ROLLBACK');
    }
    if (wish.holding) barrier = await Peel.around(moment, client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end();
  return barrier;
}

function serves({ kind }: Obstacle, { gateInText }: Moment, { contested, holding }: BarrierWish): boolean {
  switch (kind) {
    case 'gate in text':
      return gateInText && !contested;
    case 'catalogs':
      return !contested;
    case 'table':
    case 'named tables':
      return !holding;
    default:
      return true;
  }
}

/** One session of ours that holds it all. */
class LockBarrier implements Barrier {
  readonly staged = false;
  private released: Promise<void> | undefined;

  constructor(
    private readonly client: pg.Client,
    private readonly moment: Moment,
    /** For people: "the lock on a row in the middle of public.orders". */
    private readonly what: string,
    readonly inText: boolean,
  ) {}

  async reached(ended: () => boolean): Promise<Inside | undefined> {
    const { client, moment } = this;
    const own = await ownProcessId(client);
    const waits = await until(() => isBlockedBy(client, moment.serverProcessId, own), ended);
    return waits ? readInside(client, moment.serverProcessId, `waits for ${this.what}`) : undefined;
  }

  waitBack(): Promise<boolean> {
    return waitBack(this.client, this.moment.serverProcessId);
  }

  release(): Promise<void> {
    this.released ??= this.client.end().catch(() => undefined);
    return this.released;
  }
}
