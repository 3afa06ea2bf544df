import type pg from 'pg';
import { createClient, migrationApplicationName, openControlClient } from '../../../src/engines/postgres/connect';
import { isBlockedBy } from '../../../src/engines/postgres/faults/inside/watch';
import type { DatabaseAddress } from '../../../src/model/sandbox';

/**
 * Kills a statement in its middle: another session holds what it must wait for (`obstacle`), the server is watched until the statement waits
 * there, and its session is terminated. The obstacle is taken away afterwards, so that the server goes on where it would.
 */
export async function killInside(address: DatabaseAddress, obstacle: readonly string[], statement: string): Promise<void> {
  const holder = await openControlClient(address);
  const watcher = await openControlClient(address);
  const migration = createClient(address, migrationApplicationName);
  try {
    await migration.connect();
    await holder.query('BEGIN');
    for (const text of obstacle) await holder.query(text);
    const ended = migration.query(statement).then(
      () => 'finished',
      () => 'killed',
    );
    await untilWaiting(watcher, backendOf(migration), backendOf(holder));
    await watcher.query('SELECT pg_terminate_backend($1, 5000)', [backendOf(migration)]);
    if ((await ended) !== 'killed') throw new Error('The statement ended before it was killed.');
    await holder.query('ROLLBACK');
  } finally {
    await Promise.all([holder.end(), watcher.end(), migration.end().catch(() => undefined)]);
  }
}

/** A session of the migration that ran these statements and whose client is gone without a word: the caller ends it. */
export async function abandoned(address: DatabaseAddress, statements: readonly string[]): Promise<pg.Client> {
  const migration = createClient(address, migrationApplicationName);
  await migration.connect();
  for (const text of statements) await migration.query(text);
  return migration;
}

/** A session of the migration that waits for `obstacle`, which another session holds in a transaction of its own. */
export async function waiting(address: DatabaseAddress, obstacle: readonly string[], statement: string) {
  const holder = createClient(address, 'the application');
  await holder.connect();
  await holder.query('BEGIN');
  for (const text of obstacle) await holder.query(text);
  const migration = createClient(address, migrationApplicationName);
  await migration.connect();
  const ended = migration.query(statement).then(
    () => undefined,
    (error: unknown) => error,
  );
  const watcher = await openControlClient(address);
  await untilWaiting(watcher, backendOf(migration), backendOf(holder)).finally(() => watcher.end());
  return { holder, migration, ended };
}

export function backendOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}

/** Waiting for anybody is not enough: what runs CONCURRENTLY waits for older snapshots, and for a moment one is the watcher's own. */
async function untilWaiting(watcher: pg.Client, pid: number, holder: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    if (await isBlockedBy(watcher, pid, holder)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('The statement never waited.');
}
