import type { Statement } from '../../../model/migration';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { MysqlConnection } from '../../../wire/mysql/connection';
import type { RequestOrder, WireRequest } from '../../../wire/mysql/handlers';
import type { Meter, StatementMeasure } from '../../measure';
import { type ControlClient, openControlClient, rowsOf } from '../connect';
import type { MysqlInstrument } from '../execution/instrument';
import { Hurdles } from './hurdles';
import { readTableFiles, readTableNames, rewrittenTables, type TableFiles, tablesNamed } from './tables';

interface Run {
  readonly statement: Statement;
  readonly hurdles: Hurdles;
  readonly watching: Promise<void>;
  readonly files: TableFiles;
}

/**
 * Measures an undisturbed run statement by statement: the locks that it waits for and holds, and the tables that it writes anew. A request of
 * several statements can't be looked into. Nobody else may use the database meanwhile.
 */
export class MysqlMeter implements Meter, MysqlInstrument {
  private readonly measures = new Map<number, StatementMeasure>();
  private readonly runs = new Map<MysqlConnection, Run>();
  private readonly pending = new Set<Promise<void>>();
  private closing: Promise<void> | undefined;

  private constructor(
    readonly engine: 'mysql' | 'mariadb',
    private readonly client: ControlClient,
    private readonly address: DatabaseAddress,
  ) {}

  /** A meter for one run in this database. Rejects as `mysql2` does. */
  static async open(address: DatabaseAddress): Promise<MysqlMeter> {
    const client = await openControlClient(address);
    const [row] = await rowsOf(client, 'SELECT VERSION() AS version');
    return new MysqlMeter(String(row?.version).includes('MariaDB') ? 'mariadb' : 'mysql', client, address);
  }

  async close(): Promise<ReadonlyMap<number, StatementMeasure>> {
    await Promise.all(this.pending);
    this.closing ??= this.end();
    await this.closing;
    return this.measures;
  }

  async order({ connection }: WireRequest, statements: readonly Statement[]): Promise<RequestOrder> {
    await Promise.all(this.pending);
    const [statement, ...others] = statements;
    const session = connection.serverProcessId;
    if (statement === undefined || others.length > 0 || session === undefined || isAboutSession(statement)) return {};
    const tables = tablesNamed(statement, await readTableNames(this.client));
    const files = await readTableFiles(this.client);
    const hurdles = await Hurdles.raise(this.client, this.address, session, tables);
    this.runs.set(connection, { statement, hurdles, files, watching: hurdles.watch() });
    return { holdResponse: true };
  }

  completed({ connection }: WireRequest): void {
    const run = this.runs.get(connection);
    if (run === undefined) return;
    this.runs.delete(connection);
    const settled = this.finish(run)
      .catch(() => undefined)
      .then(() => {
        connection.releaseResponse();
        this.pending.delete(settled);
      });
    this.pending.add(settled);
  }

  private async finish({ statement, hurdles, watching, files }: Run): Promise<void> {
    const seen = await hurdles.stop();
    await watching;
    const empties = statement.operations.every(({ kind }) => kind === 'truncate');
    const rewrites = empties ? [] : rewrittenTables(files, await readTableFiles(this.client));
    this.measures.set(statement.index, { statement: statement.index, ...seen, rewrites });
  }

  private async end(): Promise<void> {
    for (const { hurdles } of this.runs.values()) await hurdles.stop().catch(() => undefined);
    await this.client.end().catch(() => undefined);
  }
}

/** LOCK TABLES would wait for the hurdles themselves to go, and what is about the session takes no locks on tables. */
function isAboutSession({ operations }: Statement): boolean {
  return (
    operations.length > 0 && operations.every(({ kind }) => ['transaction', 'set', 'use', 'unlock tables', 'lock table'].includes(kind))
  );
}
