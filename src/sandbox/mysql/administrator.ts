import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { type Engine, engineDisplayName, engineOf } from '../../model/engine';
import type { DatabaseAddress } from '../../model/sandbox';
import { SandboxError } from '../problem';
import type { Administrator, ServerHost } from '../server-engine';
import { cloneDatabase } from './clone/clone';
import { dropDatabases } from './drop';
import { quote } from './text';

const maintenanceDatabase = 'mysql';
const connectTimeoutMs = 10_000;

/** The administrator's hands on a MySQL or MariaDB server. */
export class MysqlAdministrator implements Administrator {
  private pool: mysql.Pool | undefined;
  private current: Engine | undefined;

  constructor(
    private readonly name: 'mysql' | 'mariadb',
    private readonly address: (database: string) => DatabaseAddress,
  ) {}

  get engine(): Engine | undefined {
    return this.current;
  }

  /** An answer bears an SQLSTATE. A refused password is another server's (it got the port of one that is gone), and 08S01 is a farewell. */
  isAnswer(error: unknown): boolean {
    const { sqlState } = error as { sqlState?: unknown };
    return typeof sqlState === 'string' && sqlState !== '' && sqlState !== '28000' && sqlState !== '08S01';
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  async query(statement: string, database: string = maintenanceDatabase): Promise<readonly Record<string, unknown>[]> {
    if (database === maintenanceDatabase) return rowsOf((await this.connections().query(statement))[0]);
    return this.alone(database, async (connection) => rowsOf((await connection.query(statement))[0]));
  }

  async createDatabase(name: string): Promise<void> {
    await this.query(`CREATE DATABASE ${quote(name)}`);
  }

  async cloneDatabase(source: string, target: string, tablespace: string | undefined, host: ServerHost): Promise<void> {
    const onSmallDisk = tablespace === undefined ? {} : { smallDisk: host };
    await this.alone(source, (connection) => cloneDatabase(connection, { family: this.name, source, target, ...onSmallDisk }));
  }

  async dropDatabases(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.alone(maintenanceDatabase, (connection) => dropDatabases(connection, names));
  }

  async ready(timeoutMs: number, check: () => void | Promise<void>): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      await check();
      try {
        const [row] = await this.query('SELECT VERSION() AS version');
        this.current = this.engineOf(String(row?.version));
        return;
      } catch (error) {
        if (error instanceof SandboxError) throw error;
        if (performance.now() > deadline) {
          throw new SandboxError(`The server did not answer within ${Math.round(timeoutMs / 1000)} seconds: ${(error as Error).message}`);
        }
        await sleep(20);
      }
    }
  }

  async disconnect(): Promise<void> {
    const pool = this.pool;
    this.pool = undefined;
    await Promise.race([pool?.end().catch(() => undefined), sleep(1000, undefined, { ref: false })]);
  }

  /** Work over a connection of its own, which may send several statements at once. */
  private async alone<T>(database: string, work: (connection: mysql.Connection) => Promise<T>): Promise<T> {
    const connection = await mysql.createConnection({ ...this.configuration(database), multipleStatements: true });
    try {
      return await work(connection);
    } finally {
      await connection.end().catch(() => connection.destroy());
    }
  }

  /** The one family's servers answer the other's clients as well. */
  private engineOf(version: string): Engine | undefined {
    const name = /MariaDB/i.test(version) ? 'mariadb' : 'mysql';
    if (name === this.name) return engineOf(name, version);
    const [here, meant] = [engineDisplayName(name), engineDisplayName(this.name)];
    throw new SandboxError(
      `The server is ${here} ${version}, and the migrations are for ${meant}. Name an image of ${meant}, or say that the engine is ${name}.`,
    );
  }

  private connections(): mysql.Pool {
    this.pool ??= mysql.createPool({ ...this.configuration(maintenanceDatabase), connectionLimit: 4, maxIdle: 4 });
    return this.pool;
  }

  private configuration(database: string): mysql.ConnectionOptions {
    const { host, port, user, password } = this.address(database);
    return {
      host,
      port,
      user,
      password,
      database,
      connectTimeout: connectTimeoutMs,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      dateStrings: true,
      connectAttributes: { program_name: 'faultline control' },
    };
  }
}

/** What is no result set has no rows. */
function rowsOf(result: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(result) ? (result as Record<string, unknown>[]) : [];
}
