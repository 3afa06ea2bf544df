import type pg from 'pg';
import type { Obstacle } from './moment';
import { bodiesOf, findRelations, type LockableRelation, quietCatalogs, tablesNamedIn } from './relations';
import { textGateKey } from './text-gate';
import { touchedRowsQuery } from './touched-rows';

/** Of the rows that a statement will write one is looked for; the statement itself takes about as long. */
const searchTimeoutMs = 30_000;

/**
 * Takes what the server is to wait for, in a transaction that stays open. Returns what it is, for people; undefined when it can't be had:
 * the migration's own session holds it, or it is not what the text made it look like.
 */
export async function takeObstacle(client: pg.Client, text: string, obstacle: Obstacle): Promise<string | undefined> {
  try {
    return await take(client, text, obstacle);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

async function take(client: pg.Client, text: string, obstacle: Obstacle): Promise<string | undefined> {
  switch (obstacle.kind) {
    case 'old snapshot':
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
      return 'a snapshot that is older than the index';
    case 'row':
      return lockMiddleRow(client, text);
    case 'reader':
      return named('a transaction that has read', await lockAll(client, await findRelations(client, obstacle.relations), 'ACCESS SHARE'));
    case 'table':
      return named('the lock on', await lockAll(client, await findRelations(client, obstacle.relations), obstacle.mode));
    case 'named tables':
      return named('the lock on', await lockAll(client, await tablesNamedIn(client, text), 'ACCESS EXCLUSIVE'));
    case 'body tables':
    case 'batches': {
      const bodies = obstacle.body === undefined ? [] : [obstacle.body];
      const called = await bodiesOf(client, [...obstacle.functions, ...functionsNamedIn(bodies)]);
      return named('the lock on', await lockAll(client, await tablesNamedIn(client, [...bodies, ...called].join('\n')), 'EXCLUSIVE'));
    }
    case 'advisory lock':
      await client.query(`BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(${obstacle.key})`);
      return `the advisory lock ${obstacle.key}`;
    case 'gate in text':
      await client.query(`BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(${textGateKey})`);
      return 'a gate behind its first row';
    case 'catalogs': {
      const catalogs = await quietCatalogs(client);
      if (catalogs.length === 0) return undefined;
      await client.query(`BEGIN; LOCK TABLE ${catalogs.join(', ')} IN SHARE MODE NOWAIT`);
      return 'the catalog that the statement writes';
    }
  }
}

function functionsNamedIn(bodies: readonly string[]): readonly { readonly name: string }[] {
  const calls = bodies.flatMap((body) => [...body.matchAll(/\b([\p{L}_][\p{L}\p{N}_$]*)\s*\(/gu)]);
  return calls.map(([, name = '']) => ({ name: name.toLowerCase() }));
}

function named(how: string, relations: readonly string[]): string | undefined {
  return relations.length === 0 ? undefined : `${how} ${relations.join(', ')}`;
}

/** Locks those of the relations that can be had at once, in one transaction that stays open. */
async function lockAll(client: pg.Client, relations: readonly LockableRelation[], mode: string): Promise<readonly string[]> {
  const locked: string[] = [];
  await client.query('BEGIN');
  for (const { name, kind } of relations) {
    const text = kind === 'table' ? `LOCK TABLE ONLY ${name} IN ${mode} MODE NOWAIT` : `SELECT FROM ${name} LIMIT 0`;
    if (await accepted(client, text)) locked.push(name);
  }
  return locked;
}

async function accepted(client: pg.Client, text: string): Promise<boolean> {
  await client.query('SAVEPOINT attempt');
  try {
    await client.query(text);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT attempt');
    return false;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
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
