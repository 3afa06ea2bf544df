import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Engine } from '../../model/engine';
import type { DatabaseAddress } from '../../model/sandbox';
import { SandboxError } from '../problem';
import type { Administrator } from '../server-engine';

const maintenanceDatabase = 'postgres';
/** How long ended sessions get to leave a database. Postgres itself waits as long, but looks only every 100 ms. */
const leaveTimeoutMs = 5000;
const connectTimeoutMs = 10_000;

/** The administrator's hands on a Postgres server. */
export class PostgresAdministrator implements Administrator {
  private pool: pg.Pool | undefined;
  private serverMajor = 0;
  /** The server asks the system to copy files, which it does without reading them, or shares their blocks. */
  private copiesBySystem = false;

  /** `address` is asked for each connection, since a restart may have moved the server. */
  constructor(private readonly address: (database: string) => DatabaseAddress) {}

  get engine(): Engine | undefined {
    return this.serverMajor === 0 ? undefined : { name: 'postgres', major: this.serverMajor };
  }

  /** An SQLSTATE. A refused password (class 28) is another server's answer: it got the port of one that is gone. */
  isAnswer(error: unknown): boolean {
    return /^(?!28)[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '');
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  async query(text: string, database: string = maintenanceDatabase): Promise<readonly Record<string, unknown>[]> {
    return database === maintenanceDatabase ? (await this.connections().query(text)).rows : this.queryAlone(text, database);
  }

  /** The same over a connection of its own, with the server's usual settings. */
  private async queryAlone(text: string, database: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client(this.configuration(database));
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      // Resolves when the server has closed its side, and by then the session is no longer counted as a user of the database.
      await client.end();
    }
  }

  async createDatabase(name: string): Promise<void> {
    await this.query(`CREATE DATABASE ${quote(name)} TEMPLATE template0${this.strategy()}`);
  }

  async cloneDatabase(source: string, target: string, tablespace: string | undefined): Promise<void> {
    await this.sessionsGone(source);
    const place = tablespace === undefined ? '' : ` TABLESPACE ${quote(tablespace)}`;
    const text = `CREATE DATABASE ${quote(target)} TEMPLATE ${quote(source)}${place}${this.strategy()}`;
    // From one file system to another the system does not copy (copy_file_range(2): EXDEV).
    if (tablespace !== undefined) await this.queryAlone(text, maintenanceDatabase);
    else if (this.copiesBySystem) await this.query(text).catch((error) => this.withoutSystemCopy(error, () => this.query(text)));
    else await this.query(text);
    // Settings of ALTER DATABASE are not copied (manual, CREATE DATABASE); a state that has some is no copy without them.
    await this.query(`INSERT INTO pg_db_role_setting SELECT t.oid, s.setrole, s.setconfig
      FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, pg_database t
      WHERE d.datname = ${pg.escapeLiteral(source)} AND t.datname = ${pg.escapeLiteral(target)}`);
  }

  async dropDatabases(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const list = names.map((name) => pg.escapeLiteral(name)).join(', ');
    const prepared = await this.query(`SELECT gid, database FROM pg_prepared_xacts WHERE database IN (${list})`);
    for (const { gid, database } of prepared) {
      await this.query(`ROLLBACK PREPARED ${pg.escapeLiteral(String(gid))}`, String(database));
    }
    // A subscription keeps its database from being dropped, and DROP SUBSCRIPTION would ask a publisher that is not there.
    await this.query(`WITH gone AS (DELETE FROM pg_subscription WHERE subdbid IN (SELECT oid FROM pg_database WHERE datname IN (${list})))
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${list})`);
    const force = this.serverMajor >= 13 ? ' WITH (FORCE)' : '';
    // Side by side, since each waits for a checkpoint of its own: measured, a third of the time.
    const dropped = names.map(async (name) => {
      await this.sessionsGone(name);
      await this.query(`DROP DATABASE IF EXISTS ${quote(name)}${force}`);
    });
    await Promise.all(dropped);
  }

  async ready(timeoutMs: number, check: () => void | Promise<void>): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      await check();
      try {
        const rows = await this.query("SELECT current_setting('server_version_num')::integer / 10000 AS major");
        this.serverMajor = Number(rows[0]?.major);
        break;
      } catch (error) {
        if (performance.now() > deadline) {
          throw new SandboxError(`The server did not answer within ${Math.round(timeoutMs / 1000)} seconds: ${(error as Error).message}`);
        }
        await sleep(10);
      }
    }
    await this.copyBySystem();
  }

  /**
   * From 18 on a server may copy files by the system's own means (manual, file_copy_method): measured on Linux, a third of the time. Not
   * every build and not every file system can.
   */
  private async copyBySystem(): Promise<void> {
    if (this.copiesBySystem || this.serverMajor < 18) return;
    const rows = await this.query("SELECT 1 FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals)");
    if (rows.length === 0) return;
    this.copiesBySystem = true;
    // The setting is given with the connection.
    await this.disconnect();
  }

  /** What the file system refuses is tried once more in the usual way, and from then on always. Other refusals stand. */
  private async withoutSystemCopy<T>(error: unknown, again: () => Promise<T>): Promise<T> {
    const code = (error as { code?: string }).code ?? '';
    // What errcode_for_file_access makes of the system's refusals (utils/error/elog.c); a full disk is full either way.
    if (!/^(58|XX000|42501)/.test(code)) throw error;
    this.copiesBySystem = false;
    await this.disconnect();
    return again();
  }

  async disconnect(): Promise<void> {
    const pool = this.pool;
    this.pool = undefined;
    await Promise.race([pool?.end().catch(() => undefined), sleep(1000, undefined, { ref: false })]);
  }

  /** A database that somebody uses can be neither copied nor dropped. Returns in any case: the server's own message is the better one. */
  private async sessionsGone(database: string): Promise<void> {
    const deadline = performance.now() + leaveTimeoutMs;
    while (performance.now() < deadline) {
      const rows = await this.query(`SELECT 1 FROM pg_stat_activity WHERE datname = ${pg.escapeLiteral(database)} LIMIT 1`);
      if (rows.length === 0) return;
      await sleep(2);
    }
  }

  /** Copying files, the only way before 15, beats the default of 15 and later (through the WAL) by far when fsync is off. */
  private strategy(): string {
    return this.serverMajor >= 15 ? ' STRATEGY FILE_COPY' : '';
  }

  private connections(): pg.Pool {
    if (this.pool === undefined) {
      const options = this.copiesBySystem ? '-c file_copy_method=clone' : '';
      this.pool = new pg.Pool({ ...this.configuration(maintenanceDatabase), options, max: 4, allowExitOnIdle: true });
      // An idle connection that dies in a crash is no news.
      this.pool.on('error', () => undefined);
    }
    return this.pool;
  }

  private configuration(database: string): pg.ClientConfig {
    const { host, port, user, password } = this.address(database);
    // Every option is given, so that PGOPTIONS, PGSSLMODE and their kin in the user's environment have no say.
    return {
      host,
      port,
      user,
      password,
      database,
      ssl: false,
      options: '',
      application_name: 'faultline control',
      connectionTimeoutMillis: connectTimeoutMs,
    };
  }
}

function quote(identifier: string): string {
  return pg.escapeIdentifier(identifier);
}
