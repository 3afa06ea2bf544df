import type pg from 'pg';
import { openControlClient } from '../../connect';
import type { Inside, Moment, Obstacle } from './moment';
import { obstaclesOf } from './obstacles';
import { bodiesOf, findRelations, type LockableRelation, quietCatalogs, tablesNamedIn } from './relations';
import { textGateKey } from './text-gate';
import { touchedRowsQuery } from './touched-rows';
import { Turnstile } from './turnstile';
import { waitBack } from './wait-back';
import { isBlockedBy, readInside, until } from './watch';

/** Something that a session of ours holds and that the server will wait for in the middle of a statement. */
export interface Barrier {
  /** For people: "the lock on a row in the middle of public.orders". */
  readonly what: string;
  /** The server is led through several waits, of which only the last counts. */
  readonly staged: boolean;
  /** The statement must be sent as `withTextGate` writes it, or it does not wait. */
  readonly inText: boolean;
  /**
   * Resolves when the migration's session waits for it, as the server says; undefined when the statement ended without (`ended`).
   * Rejects as `pg` does when the server dies.
   */
  reached(ended: () => boolean): Promise<Inside | undefined>;
  /** Asks for a lock on a table that the migration's session holds, and so closes a circle of two waits. False when it holds none. */
  waitBack(): Promise<boolean>;
  /** Lets the server go on. Resolves when the session that held it has ended. Idempotent. */
  release(): Promise<void>;
}

export interface BarrierWish {
  /** Only what sessions of an application could hold too: no catalogs. */
  readonly contested: boolean;
}

/** No session of ours waits longer for what it wants to hold: it may be that the migration holds it. */
const placingTimeoutMs = 40;
/** Of the rows that a statement will write one is looked for; the statement itself takes about as long. */
const searchTimeoutMs = 30_000;

/**
 * Places the best barrier that there is for a statement, before it is sent. Undefined where there is none: nothing that the server would
 * wait for, or the migration's own session holds it already. Nothing is changed by it. Rejects when no connection can be made.
 */
export async function placeBarrier(moment: Moment, wish: BarrierWish): Promise<Barrier | undefined> {
  const obstacles = obstaclesOf(moment.statement).filter(({ kind }) => {
    if (kind === 'gate in text') return moment.gateInText && !wish.contested;
    return kind !== 'catalogs' || !wish.contested;
  });
  if (obstacles.length === 0) return undefined;
  const client = await openControlClient(moment.address);
  try {
    await client.query(`SET lock_timeout = ${placingTimeoutMs}; SET deadlock_timeout = '1h'`);
    for (const obstacle of obstacles) {
      const held = await hold(client, moment, obstacle);
      if (held && obstacle.kind === 'batches') return await Turnstile.behind(client, moment, held);
      if (held) return new LockBarrier(client, moment, held, obstacle.kind === 'gate in text');
      await client.query('ROLLBACK');
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end();
  return undefined;
}

/** Takes what the server is to wait for, in a transaction that stays open. Returns what it is; undefined when it can't be had. */
async function hold(client: pg.Client, moment: Moment, obstacle: Obstacle): Promise<string | undefined> {
  try {
    return await take(client, moment, obstacle);
  } catch (error) {
    // Refused: held by the migration itself, not ours to lock, or not what the text made it look like.
    if (error instanceof Error && 'severity' in error && error.severity === 'ERROR') return undefined;
    throw error;
  }
}

async function take(client: pg.Client, moment: Moment, obstacle: Obstacle): Promise<string | undefined> {
  switch (obstacle.kind) {
    case 'old snapshot':
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
      return 'a snapshot that is older than the index';
    case 'row':
      return lockMiddleRow(client, moment.statement.sent);
    case 'reader':
      return lockTables(client, await findRelations(client, obstacle.relations), 'ACCESS SHARE', 'a transaction that has read');
    case 'table':
      return lockTables(client, await findRelations(client, obstacle.relations), obstacle.mode, 'the lock on');
    case 'body tables':
    case 'batches': {
      const bodies = [...(obstacle.body === undefined ? [] : [obstacle.body])];
      const called = await bodiesOf(client, [...obstacle.functions, ...functionsNamedIn(bodies)]);
      return lockTables(client, await tablesNamedIn(client, [...bodies, ...called].join('\n')), 'EXCLUSIVE', 'the lock on');
    }
    case 'gate in text':
      await client.query(`BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(${textGateKey})`);
      return 'a gate behind its first row';
    case 'catalogs': {
      const catalogs = await quietCatalogs(client);
      if (catalogs.length === 0) return undefined;
      await client.query(`BEGIN; LOCK TABLE ${catalogs.join(', ')} IN SHARE MODE`);
      return 'the catalog that the statement writes';
    }
  }
}

function functionsNamedIn(bodies: readonly string[]): readonly { readonly name: string }[] {
  return bodies.flatMap((body) =>
    [...body.matchAll(/\b([\p{L}_][\p{L}\p{N}_$]*)\s*\(/gu)].map(([, name = '']) => ({ name: name.toLowerCase() })),
  );
}

async function lockTables(
  client: pg.Client,
  relations: readonly LockableRelation[],
  mode: string,
  how: string,
): Promise<string | undefined> {
  if (relations.length === 0) return undefined;
  const texts = relations.map(({ name, kind }) =>
    kind === 'table' ? `LOCK TABLE ${name} IN ${mode} MODE` : `SELECT FROM ${name} LIMIT 0`,
  );
  await client.query(`BEGIN; ${texts.join('; ')}`);
  return `${how} ${relations.map(({ name }) => name).join(', ')}`;
}

/** Locks a row in the middle of those that the statement will write. */
async function lockMiddleRow(client: pg.Client, text: string): Promise<string | undefined> {
  const touched = touchedRowsQuery(text);
  if (touched === undefined) return undefined;
  const middle = `SELECT relation::regclass::text AS relation, place::text AS place FROM (
SELECT *, row_number() OVER () AS number, count(*) OVER () AS total FROM (
${touched}
) AS touched) AS counted WHERE number = total / 2 + 1`;
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${searchTimeoutMs}`);
  const { rows } = await client.query<{ relation: string; place: string }>(middle);
  await client.query('COMMIT');
  const [row] = rows;
  if (row === undefined) return undefined;
  await client.query('BEGIN');
  const locked = await client.query(`SELECT FROM ONLY ${row.relation} WHERE ctid = $1 FOR UPDATE NOWAIT`, [row.place]);
  return locked.rowCount === 1 ? `the lock on a row in the middle of ${row.relation}` : undefined;
}

/** One session of ours that holds it all. */
class LockBarrier implements Barrier {
  readonly staged = false;
  private released: Promise<void> | undefined;

  constructor(
    private readonly client: pg.Client,
    private readonly moment: Moment,
    readonly what: string,
    readonly inText: boolean,
  ) {}

  async reached(ended: () => boolean): Promise<Inside | undefined> {
    const { client, moment } = this;
    const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
    const own = rows[0]?.pid ?? 0;
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
