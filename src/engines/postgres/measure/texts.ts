import type { Statement } from '../../../model/migration';
import type { RequestOrder } from '../../../wire/postgres/handlers';
import { joined } from '../execution/texts';

const probeNotice = 'Faultline: measured ';

/** The first oid that is not the server's own (FirstNormalObjectId): below are catalogs, and every statement locks some of those. */
export const firstUserOid = 16384;

/** What a transaction sees of itself at one moment. */
export interface Probe {
  /** Where the write-ahead log stands, as `0/1A2B3C`. */
  readonly lsn: string;
  /** Relation locks that it holds: oid, and the mode as pg_locks spells it. */
  readonly locks: readonly (readonly [oid: number, mode: string])[];
  /** Tables that it has for itself alone: oid, file, and whether the file holds anything. Only there a file can be exchanged. */
  readonly files: readonly (readonly [oid: number, file: number, filled: boolean])[];
  /** Rows written per table since the session's counters were last handed in, those of triggers and cascades included. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Raises a Probe of the session that runs it. A DO block returns no rows, so that nothing of it has to be hidden but one result; INFO is
 * sent whatever client_min_messages is.
 */
export const probe = `DO $faultline$ BEGIN RAISE INFO '${probeNotice}%', (
SELECT pg_catalog.json_build_object(
  'lsn', pg_catalog.pg_current_wal_insert_lsn(),
  'locks', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(l.relation::bigint, l.mode)), '[]') FROM pg_catalog.pg_locks l
    WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.locktype = 'relation' AND l.relation >= ${firstUserOid}
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())),
  'files', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
      c.oid::bigint, pg_catalog.pg_relation_filenode(c.oid)::bigint, pg_catalog.pg_relation_size(c.oid) > 0)), '[]')
    FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'm') AND c.oid IN (SELECT l.relation FROM pg_catalog.pg_locks l
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.mode = 'AccessExclusiveLock' AND l.relation >= ${firstUserOid})),
  'rows', (SELECT coalesce(pg_catalog.json_object_agg(s.relid::bigint, s.n_tup_ins + s.n_tup_upd + s.n_tup_del), '{}')
    FROM pg_catalog.pg_stat_xact_user_tables s WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0)));
END $faultline$`;

/** What a probe raised; undefined for any other message. */
export function readProbe(message: string): Probe | undefined {
  return message.startsWith(probeNotice) ? (JSON.parse(message.slice(probeNotice.length)) as Probe) : undefined;
}

/** True for statements that are about the transaction or the session: there is nothing to measure, and some must come before any query. */
export function isAboutSession({ operations }: Statement): boolean {
  return operations.length > 0 && operations.every(({ kind }) => kind === 'set' || kind === 'transaction');
}

/** Where one probe of a request stands. */
export interface ProbePlace {
  readonly statement: number;
  readonly side: 'before' | 'after';
}

export function bothSides(statement: number): readonly ProbePlace[] {
  return [
    { statement, side: 'before' },
    { statement, side: 'after' },
  ];
}

/** A request with probes around each statement that does something; undefined when none does. */
export function probed(
  statements: readonly Statement[],
): { readonly order: RequestOrder; readonly places: readonly ProbePlace[] } | undefined {
  const texts: string[] = [];
  const hide: number[] = [];
  const places: ProbePlace[] = [];
  const add = (place: ProbePlace): void => {
    hide.push(texts.length);
    texts.push(probe);
    places.push(place);
  };
  for (const statement of statements) {
    if (isAboutSession(statement)) {
      texts.push(statement.sent);
      continue;
    }
    add({ statement: statement.index, side: 'before' });
    texts.push(statement.sent);
    add({ statement: statement.index, side: 'after' });
  }
  return places.length === 0 ? undefined : { order: { text: joined(texts), hide }, places };
}

/** Rows written between two probes. A table that is gone takes its numbers along; counters that were handed in begin again at 0. */
export function rowsBetween(from: Probe, to: Probe): number {
  return Object.entries(to.rows).reduce((sum, [oid, now]) => {
    const before = from.rows[oid] ?? 0;
    return sum + (now >= before ? now - before : now);
  }, 0);
}

/** Bytes of write-ahead log between two positions. */
export function walBetween(from: string, to: string): number {
  return Number(position(to) - position(from));
}

function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
