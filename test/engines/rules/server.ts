import pg from 'pg';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** Majors to prove the claims on: `FAULTLINE_POSTGRES_MAJORS=12,15,18`. */
export const majors: readonly number[] = (process.env.FAULTLINE_POSTGRES_MAJORS ?? '18').split(',').map(Number);

export async function startServer(major: number): Promise<Sandbox> {
  const started = await sandboxProviders.embedded.start({
    engine: { name: 'postgres', major },
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

let count = 0;

/** A database of its own, with this SQL run in it. */
export async function database(sandbox: Sandbox, setup: string): Promise<DatabaseAddress> {
  const name = `claim_${++count}`;
  await sandbox.createDatabase(name);
  const address = sandbox.address(name);
  await withClient(address, (client) => client.query(setup));
  return address;
}

export async function withClient<T>(address: DatabaseAddress, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...address });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** What a statement does to the tables, seen from inside its own open transaction. */
export interface Observation {
  /** Table or view to the strongest lock the transaction holds on it, as the manual spells it. */
  readonly locks: Readonly<Record<string, string>>;
  /** Tables whose file is another one afterwards. */
  readonly rewritten: readonly string[];
  /** Tables that were read from one end to the other. */
  readonly scanned: readonly string[];
}

/** Runs `preparation` and then `statement` in one transaction, looks, and rolls back. Locks of `preparation` count too. */
export async function observe(client: pg.Client, statement: string): Promise<Observation> {
  await client.query('BEGIN');
  try {
    const before = await tables(client);
    await client.query(statement);
    const after = await tables(client);
    const locks = await heldLocks(client);
    const changed = (differs: (old: TableNumbers, now: TableNumbers) => boolean) =>
      [...after].flatMap(([name, now]) => {
        const old = before.get(name);
        return old !== undefined && differs(old, now) ? [name] : [];
      });
    return {
      locks,
      rewritten: changed((old, now) => old.file !== now.file),
      scanned: changed((old, now) => now.scans > old.scans),
    };
  } finally {
    await client.query('ROLLBACK');
  }
}

interface TableNumbers {
  readonly file: string;
  readonly scans: number;
}

async function tables(client: pg.Client): Promise<Map<string, TableNumbers>> {
  const { rows } = await client.query<{ name: string; file: string; scans: string }>(
    `SELECT c.relname AS name, pg_relation_filenode(c.oid)::text AS file, coalesce(pg_stat_get_xact_numscans(c.oid), 0)::text AS scans
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm') ORDER BY 1`,
  );
  return new Map(rows.map((row) => [row.name, { file: row.file, scans: Number(row.scans) }]));
}

const modes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

/** `ShareRowExclusiveLock` is SHARE ROW EXCLUSIVE. */
export function spelledMode(mode: string): string {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}

export async function heldLocks(client: pg.Client, pid?: number): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; mode: string }>(
    `SELECT c.relname AS name, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = ${pid ?? 'pg_backend_pid()'} AND l.granted AND l.locktype = 'relation' AND c.relkind IN ('r', 'p', 'm')
       AND c.relnamespace = 'public'::regnamespace AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  const locks: Record<string, string> = {};
  for (const row of rows) {
    const mode = spelledMode(row.mode);
    if (modes.indexOf(mode) > modes.indexOf(locks[row.name] ?? '')) locks[row.name] = mode;
  }
  return locks;
}

/** The SQLSTATE with which the server refuses; `accepted` when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? 'no code',
  );
}
