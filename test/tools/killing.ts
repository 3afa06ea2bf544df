import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Sandbox } from '../../src/model/sandbox';
import { before, fixtures } from './tools';

const waitMs = 20_000;
/** The sessions of everyone else in this database. */
const sessions = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

/** A database with the state before, and what a person would do to it: run a tool, kill it, look, type a repair. Without the proxy. */
export class Workplace {
  private constructor(
    readonly url: string,
    private readonly client: pg.Client,
    private readonly folder: string,
  ) {}

  static async open(sandbox: Sandbox, name: string, fixture: string): Promise<Workplace> {
    await sandbox.createDatabase(name);
    const { host, port, user, password } = sandbox.address(name);
    const url = `postgres://${user}:${password}@${host}:${port}/${name}`;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(readFileSync(before, 'utf8'));
    return new Workplace(url, client, join(fixtures, fixture));
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Values of the first column. */
  async column(text: string): Promise<unknown[]> {
    const { rows } = await this.client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.map(([value]) => value);
  }

  async query(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** Is there an index of this name, and may queries use it? */
  async index(name: string): Promise<'none' | 'valid' | 'invalid'> {
    const [valid] = await this.column(`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('${name}')`);
    return valid === undefined ? 'none' : valid === true ? 'valid' : 'invalid';
  }

  async hasColumn(table: string, name: string): Promise<boolean> {
    return (await this.column(`SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = '${name}'`)).length > 0;
  }

  /** Runs a command to its end, as in a terminal. */
  async run(command: string): Promise<{ readonly status: number | null; readonly output: string }> {
    const child = this.start(command);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, output };
  }

  /**
   * Kills a command's processes while the server is inside a statement that begins with `inside`. For an ALTER TABLE another session
   * reads the table, for an index that is built concurrently it has an old snapshot: the server must wait for it. Resolves when the
   * server has finished what it was doing; `meanwhile` happens before that, when the processes are gone.
   */
  async killInside(command: string, inside: 'ALTER TABLE' | 'CREATE INDEX', meanwhile?: () => Promise<void>): Promise<void> {
    const blocker = new pg.Client({ connectionString: this.url });
    await blocker.connect();
    try {
      const holding =
        inside === 'ALTER TABLE'
          ? 'BEGIN; LOCK TABLE invoices IN ACCESS SHARE MODE'
          : 'BEGIN ISOLATION LEVEL REPEATABLE READ; TABLE accounts';
      await blocker.query(holding);
      const child = this.start(command);
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdout?.resume();
      child.stderr?.resume();
      await this.until(`SELECT 1 ${sessions} AND wait_event_type = 'Lock' AND ltrim(query, E' \\n\\t') ILIKE '${inside}%'`, 1);
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await gone;
      await meanwhile?.();
    } finally {
      await blocker.end();
    }
    await this.until(`SELECT 1 ${sessions}`, 0);
  }

  private start(command: string): ChildProcess {
    return spawn('/bin/sh', ['-c', command], {
      cwd: this.folder,
      detached: true,
      env: { ...process.env, DATABASE_URL: this.url, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  private async until(text: string, count: number): Promise<void> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      if ((await this.column(text)).length === count) return;
      if (Date.now() > deadline) throw new Error(`Not in ${waitMs} ms: ${count} rows of ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
