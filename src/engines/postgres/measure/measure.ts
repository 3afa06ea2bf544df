import type pg from 'pg';
import type { Statement } from '../../../model/migration';
import { postgresLockModes } from '../../../model/plan';
import type { DatabaseAddress } from '../../../model/sandbox';
import { lockModeLabel } from '../../../model/words';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../../wire/postgres/handlers';
import type { ServerReport } from '../../../wire/postgres/messages';
import type { MeasuredLock, StatementMeasure } from '../../measure';
import { openControlClient } from '../connect';
import { Hurdles } from './hurdles';
import type { PostgresInstrument } from './instrument';
import { type KnownRelations, readRelations } from './relations';
import { bothSides, isAboutSession, type Probe, type ProbePlace, probe, probed, readProbe, rowsBetween, walBetween } from './texts';

/**
 * Measures an undisturbed run statement by statement: with a probe before and after each, run by the migration's own session, in its
 * transaction; a statement that would commit by itself shares one with its probes. What the server refuses in a transaction is watched
 * from another session instead. Nothing else may write to the server meanwhile: the log is the whole server's.
 */
export class Meter implements PostgresInstrument {
  readonly engine = 'postgres';
  private readonly measures = new Map<number, StatementMeasure>();
  private readonly runs = new WeakMap<PostgresConnection, ProbedRequest | AskedRequest | WatchedRequest>();
  private readonly pending = new Set<Promise<void>>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly client: pg.Client,
    /** Numbers of the statements that can't stand in a transaction. */
    private readonly bare: ReadonlySet<number>,
  ) {}

  /** A meter for one run in this database. Rejects as `pg` does. */
  static async open(address: DatabaseAddress, bare: ReadonlySet<number>): Promise<Meter> {
    return new Meter(await openControlClient(address), bare);
  }

  /** To be called when the run has ended: what was measured, by statement number. Statements that were not reached are not in it. Idempotent. */
  async close(): Promise<ReadonlyMap<number, StatementMeasure>> {
    await Promise.all(this.pending);
    this.closing ??= this.client.end().catch(() => undefined);
    await this.closing;
    return this.measures;
  }

  async order(request: WireRequest, statements: readonly Statement[]): Promise<RequestOrder> {
    await Promise.all(this.pending);
    const [only, ...others] = statements.filter((statement) => !isAboutSession(statement));
    if (only === undefined) return {};
    const isBare = others.length === 0 && this.bare.has(only.index);
    const relations = await readRelations(this.client);
    if (isBare) {
      this.runs.set(request.connection, await WatchedRequest.begin(this.client, request.connection, only.index, relations));
      return { holdResponse: true };
    }
    if (request.protocol !== 'simple') {
      if (others.length > 0) return {};
      const asked = new ProbedRequest(bothSides(only.index), relations, (measure) => this.note(measure));
      const run = await AskedRequest.begin(request.connection, asked);
      this.runs.set(request.connection, run);
      await run.probe();
      return { holdResponse: true };
    }
    const instrumented = probed(statements);
    if (instrumented === undefined) return {};
    this.runs.set(request.connection, new ProbedRequest(instrumented.places, relations, (measure) => this.note(measure)));
    return instrumented.order;
  }

  completed({ connection }: WireRequest): void {
    const run = this.runs.get(connection);
    if (run === undefined || run instanceof ProbedRequest) return;
    // What is asked when it is done is answered by notices, too.
    if (run instanceof WatchedRequest) this.runs.delete(connection);
    const finished = run instanceof AskedRequest ? run.end() : run.end().then((measure) => this.note(measure));
    const settled = finished.catch(() => undefined).then(() => void this.pending.delete(settled));
    this.pending.add(settled);
  }

  notice({ message }: ServerReport, connection: PostgresConnection): boolean {
    const probe = readProbe(message);
    if (probe === undefined) return false;
    const run = this.runs.get(connection);
    if (run instanceof ProbedRequest) run.take(probe);
    else if (run instanceof AskedRequest) run.probes.take(probe);
    return true;
  }

  private note(measure: StatementMeasure): void {
    this.measures.set(measure.statement, measure);
  }
}

/** A request whose own session tells what it does. */
class ProbedRequest {
  private taken = 0;
  private before: Probe | undefined;

  constructor(
    private readonly places: readonly ProbePlace[],
    private readonly relations: KnownRelations,
    private readonly found: (measure: StatementMeasure) => void,
  ) {}

  take(probe: Probe): void {
    const place = this.places[this.taken];
    this.taken += 1;
    if (place === undefined) return;
    if (place.side === 'before') this.before = probe;
    else if (this.before !== undefined) this.found(measureOf(place.statement, this.before, probe, this.relations));
  }
}

/**
 * A request that nothing can be put into, as its statement is prepared: the session is asked before and after it. Where no transaction is
 * open, one is opened around it.
 */
class AskedRequest {
  private constructor(
    private readonly connection: PostgresConnection,
    readonly probes: ProbedRequest,
    private readonly isAlone: boolean,
  ) {}

  static async begin(connection: PostgresConnection, probes: ProbedRequest): Promise<AskedRequest> {
    const request = new AskedRequest(connection, probes, connection.transactionStatus === 'I');
    if (request.isAlone) await connection.ask('BEGIN');
    return request;
  }

  probe(): Promise<unknown> {
    return this.connection.ask(probe);
  }

  async end(): Promise<void> {
    // After an error there is nothing to ask; COMMIT ends a transaction that failed, too.
    if (this.connection.transactionStatus !== 'E') await this.probe();
    if (this.isAlone) await this.connection.ask('COMMIT');
    this.connection.releaseResponse();
  }
}

function measureOf(statement: number, before: Probe, after: Probe, relations: KnownRelations): StatementMeasure {
  const heldBefore = new Set(before.locks.map(([oid, mode]) => `${oid} ${mode}`));
  const files = new Map(before.files.map(([oid, file]) => [oid, file]));
  const rewritten = after.files.filter(([oid, file, filled]) => {
    const old = files.get(oid) ?? relations.get(oid)?.file ?? file;
    // A file that is exchanged and empty was truncated, or held nothing before.
    return filled && file !== old;
  });
  const held = named(after.locks, after.locks, relations);
  return {
    statement,
    taken: named(
      after.locks.filter(([oid, mode]) => !heldBefore.has(`${oid} ${mode}`)),
      after.locks,
      relations,
    ),
    held,
    rewrites: rewritten.flatMap(([oid]) => relations.get(oid)?.name ?? []),
    rows: rowsBetween(before, after),
    walBytes: walBetween(before.lsn, after.lsn),
  };
}

/** A request that is watched from outside. */
class WatchedRequest {
  private constructor(
    private readonly client: pg.ClientBase,
    private readonly connection: PostgresConnection,
    private readonly statement: number,
    private readonly relations: KnownRelations,
    private readonly start: ServerPosition,
    private readonly hurdles: Hurdles,
  ) {}

  static async begin(
    client: pg.ClientBase,
    connection: PostgresConnection,
    statement: number,
    relations: KnownRelations,
  ): Promise<WatchedRequest> {
    const start = await readPosition(client, connection);
    const hurdles = await Hurdles.raise(client, connection.serverProcessId ?? 0);
    return new WatchedRequest(client, connection, statement, relations, start, hurdles);
  }

  async end(): Promise<StatementMeasure> {
    try {
      const seen = await this.hurdles.stop();
      const end = await readPosition(this.client, this.connection);
      const now = await readRelations(this.client);
      const rewrites = [...now].flatMap(([oid, relation]) => {
        const old = this.relations.get(oid);
        return old?.isTable && old.file !== null && relation.file !== old.file ? [old.name] : [];
      });
      // The indexes that such a statement locks more strongly are those that it has replaced: no query opens them.
      const locks = named(seen, seen, this.relations).filter(({ table }) => table === undefined);
      const rows = this.start.rows !== null && end.rows !== null ? { rows: end.rows - this.start.rows } : {};
      return { statement: this.statement, taken: locks, held: locks, rewrites, ...rows, walBytes: walBetween(this.start.lsn, end.lsn) };
    } finally {
      this.connection.releaseResponse();
    }
  }
}

interface ServerPosition {
  readonly lsn: string;
  /** Rows that were ever written; null where a session can't be made to hand in its counters (before 15). */
  readonly rows: number | null;
}

/** Where the server stands between two statements. The migration's session is asked to hand in what it has counted (since 15 it can be). */
async function readPosition(client: pg.ClientBase, connection: PostgresConnection): Promise<ServerPosition> {
  const { error } = await connection.ask('SELECT pg_catalog.pg_stat_force_next_flush()');
  const { rows } = await client.query<{ lsn: string; written: string }>(
    `SELECT pg_current_wal_insert_lsn()::text AS lsn,
       (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables) AS written`,
  );
  return { lsn: rows[0]?.lsn ?? '0/0', rows: error === undefined ? Number(rows[0]?.written) : null };
}

type RawLock = readonly [oid: number, mode: string];

/** One lock per relation that others know, the strongest; weakest first. An index counts where its table is not locked as strongly. */
function named(locks: readonly RawLock[], all: readonly RawLock[], relations: KnownRelations): readonly MeasuredLock[] {
  const ofTables = new Map<string, number>();
  for (const [oid, mode] of all) {
    const relation = relations.get(oid);
    if (relation !== undefined && relation.name === relation.table)
      ofTables.set(relation.name, Math.max(strength(mode), ofTables.get(relation.name) ?? -1));
  }
  const strongest = new Map<string, MeasuredLock>();
  for (const [oid, mode] of locks) {
    const relation = relations.get(oid);
    if (relation === undefined) continue;
    const { name, table } = relation;
    // Counting a sequence on is no concern of others, and what is done to an index or a TOAST table mostly concerns its table alone.
    if (name === table ? !relation.isTable && strength(mode) < changesSchema : strength(mode) <= (ofTables.get(table) ?? -1)) continue;
    const known = strongest.get(name);
    if (known === undefined || strength(known.mode) < strength(mode))
      strongest.set(name, { relation: name, mode: lockModeLabel(mode), ...(name !== table && { table }) });
  }
  return [...strongest.values()].sort((left, right) => strength(left.mode) - strength(right.mode));
}

const changesSchema = strength('SHARE UPDATE EXCLUSIVE');

function strength(mode: string): number {
  return (postgresLockModes as readonly string[]).indexOf(lockModeLabel(mode));
}
