import { isMysqlFamily } from './engine';
import type { FaultName, Point, Verdict } from './fault';
import type { CostClass, TableWork } from './plan';
import type { SimulatedMigration } from './simulation';

/** How strongly something speaks: terminal and panel give each tone a colour of their own. */
export type Tone = 'good' | 'neutral' | 'caution' | 'bad' | 'deceptive' | 'quiet';

/** How a verdict is shown everywhere: the terminal, the reports, the panel. The glyph carries it without colour. */
export interface VerdictWords {
  readonly glyph: string;
  readonly label: string;
  readonly tone: Tone;
  /** What it means for whoever is on call. */
  readonly meaning: string;
}

export const verdictWords: Readonly<Record<Verdict, VerdictWords>> = {
  'rolled-back': { glyph: '✓', label: 'rolled back', tone: 'good', meaning: 'nothing is left behind: fix the cause and run it again' },
  complete: { glyph: '●', label: 'complete', tone: 'good', meaning: 'all of it is done, and recorded where a history is kept' },
  unrecorded: {
    glyph: '◐',
    label: 'unrecorded',
    tone: 'caution',
    meaning: 'all of it is done, but the history does not say so: it will be run again',
  },
  resumable: { glyph: '↻', label: 'resumable', tone: 'neutral', meaning: 'part of it is done; running it again finishes the job' },
  blocked: { glyph: '▣', label: 'blocked', tone: 'caution', meaning: 'only a dirty flag or a stale lock stops the retry' },
  broken: { glyph: '✕', label: 'broken', tone: 'bad', meaning: 'part of it is done, and running it again fails: it needs repair' },
  'false-success': {
    glyph: '≠',
    label: 'false success',
    tone: 'deceptive',
    meaning: 'the tool reports success, and the database is not what the migration makes',
  },
  'applied-twice': {
    glyph: '²',
    label: 'applied twice',
    tone: 'deceptive',
    meaning: 'running it again succeeds, and its effects are there twice',
  },
  'data-lost': { glyph: '⌫', label: 'data lost', tone: 'bad', meaning: 'rows or values that the migration should have kept are gone' },
  stuck: { glyph: '⊘', label: 'stuck', tone: 'bad', meaning: 'a session, a lock or a prepared transaction still blocks others' },
};

/** Worst first: what a reader should look at before anything else. */
export const verdictsBySeverity: readonly Verdict[] = [
  'data-lost',
  'false-success',
  'applied-twice',
  'broken',
  'stuck',
  'blocked',
  'unrecorded',
  'resumable',
  'complete',
  'rolled-back',
];

/** For cells that have no verdict. */
export const impossibleGlyph = '·';
export const failedGlyph = '?';

/** What strikes, in words: `label` is a column's head, `short` fits five characters, `sentence` opens a story. */
export const faultWords: Readonly<Record<FaultName, { readonly label: string; readonly short: string; readonly sentence: string }>> = {
  error: { label: 'error', short: 'error', sentence: 'The server refused a statement' },
  disconnect: { label: 'disconnect', short: 'cut', sentence: 'The connection was cut' },
  'kill-session': { label: 'kill session', short: 'kill', sentence: 'The session was terminated' },
  crash: { label: 'crash', short: 'crash', sentence: 'The server crashed' },
  'lost-ack': { label: 'lost ack', short: 'lost', sentence: "The server's answer never arrived" },
  'lock-timeout': { label: 'lock timeout', short: 'lock', sentence: 'A lock was not granted in time' },
  'statement-timeout': { label: 'timeout', short: 'time', sentence: 'A statement ran out of time' },
  deadlock: { label: 'deadlock', short: 'dead', sentence: 'The server broke a deadlock' },
  'disk-full': { label: 'disk full', short: 'disk', sentence: 'The disk was full' },
  'dirty-data': { label: 'dirty data', short: 'dirty', sentence: 'Rows did not fit' },
  'step-down': { label: 'step down', short: 'step', sentence: 'The primary stepped down' },
};

/** Where it strikes, in words: "after statement 3", "before the commit was confirmed". */
export function pointWords(point: Point): string {
  switch (point.kind) {
    case 'start':
      return 'before anything was sent';
    case 'before':
      return `before statement ${point.statement ?? ''}`.trim();
    case 'during':
      return `during statement ${point.statement ?? ''}`.trim();
    case 'after':
      return `after statement ${point.statement ?? ''}`.trim();
    case 'unrecorded':
      return 'before the history was written';
    case 'commit':
      return 'at COMMIT';
    case 'unlock':
      return 'before the lock was released';
  }
}

/** `AccessExclusiveLock`, as pg_locks writes it, in the words of the manual: `ACCESS EXCLUSIVE`. */
export function lockModeLabel(mode: string): string {
  return /^(?:[A-Z][a-z]+)+Lock$/.test(mode)
    ? mode
        .slice(0, -4)
        .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .toUpperCase()
    : mode;
}

/** How much a lock hurts others: everybody waits, writers wait, only other schema changes wait. */
export type LockWeight = 'all' | 'writers' | 'schema' | 'none';

type LockModes = readonly (readonly [string, LockWeight])[];

/** Postgres table-level lock modes, weakest first (manual, "Explicit Locking"), with who has to wait for them. */
const postgresModes: LockModes = [
  ['ACCESS SHARE', 'none'],
  ['ROW SHARE', 'none'],
  ['ROW EXCLUSIVE', 'none'],
  ['SHARE UPDATE EXCLUSIVE', 'schema'],
  ['SHARE', 'writers'],
  ['SHARE ROW EXCLUSIVE', 'writers'],
  ['EXCLUSIVE', 'writers'],
  ['ACCESS EXCLUSIVE', 'all'],
];

/** Metadata locks of MySQL and MariaDB, as performance_schema.metadata_locks names them, weakest first. */
const metadataModes: LockModes = [
  ['SHARED', 'none'],
  ['SHARED_HIGH_PRIO', 'none'],
  ['SHARED_READ', 'none'],
  ['SHARED_WRITE', 'none'],
  ['SHARED_UPGRADABLE', 'schema'],
  ['SHARED_READ_ONLY', 'writers'],
  ['SHARED_NO_WRITE', 'writers'],
  ['SHARED_NO_READ_WRITE', 'all'],
  ['EXCLUSIVE', 'all'],
];

/**
 * Locks of MongoDB on a collection, in its manual's words ("FAQ: Concurrency"), weakest first. An index build takes the last one for a moment
 * when it begins and when it ends.
 */
const collectionModes: LockModes = [
  ['intent shared', 'none'],
  ['intent exclusive', 'none'],
  ['shared', 'writers'],
  ['exclusive at start and end', 'schema'],
  ['exclusive', 'all'],
];

function lockModes(engine: string): LockModes {
  if (engine === 'mongodb') return collectionModes;
  return isMysqlFamily({ name: engine }) ? metadataModes : postgresModes;
}

/** Who has to wait for a lock of this mode on this engine, as a simulation names that. */
export function lockWeight(mode: string | undefined, engine = 'postgres'): LockWeight {
  return lockModes(engine).find(([name]) => name === mode)?.[1] ?? 'none';
}

/** The greater, the stronger; -1 for what is no table-level lock. */
export function lockRank(mode: string, engine = 'postgres'): number {
  return lockModes(engine).findIndex(([name]) => name === mode);
}

/** A reason without the statement that it is about, so that the same reason at many statements is told once: "see during k". */
export function generalReason(why: string): string {
  return why.replace(/\b(statement|during|before|after|commit)([ :])\d+/g, '$1$2k');
}

/** What a simulation can't show for want of rows, as a sentence or two; empty when every table that was to have rows got some. */
export function unfilledText({ unfilled = [] }: Pick<SimulatedMigration, 'unfilled'>): string {
  if (unfilled.length === 0) return '';
  const shown = unfilled.slice(0, 3).map(({ table, why }) => `${table} (${why})`);
  const more = unfilled.length > shown.length ? ` and ${unfilled.length - shown.length} more` : '';
  return `No rows could be made for ${shown.join(', ')}${more}. What only rows would show is not seen there.`;
}

/**
 * How MySQL or MariaDB changes a table, in few words, with its tone: `COPY: blocks writes to orders`. What waits for nothing says only
 * how; an exclusive metadata lock for a moment is part of every change.
 */
export function workWords(work: TableWork, cost: CostClass): { readonly label: string; readonly tone: Tone } {
  const table = work.table.schema === undefined ? work.table.name : `${work.table.schema}.${work.table.name}`;
  if (work.refused !== undefined) return { label: `refused on ${table}: ${work.refused}`, tone: 'bad' };
  if (work.uncertain) return { label: `perhaps COPY of ${table}`, tone: 'caution' };
  if (work.lock === 'SHARED') return { label: `${work.algorithm}: blocks writes to ${table}`, tone: 'bad' };
  if (work.lock === 'EXCLUSIVE')
    return { label: `${work.algorithm}: nobody uses ${table} meanwhile`, tone: cost === 'metadata' ? 'good' : 'bad' };
  if (work.rebuilds) return { label: `${work.algorithm}: rewrites ${table}, writes go on`, tone: 'caution' };
  return cost === 'build'
    ? { label: `${work.algorithm}: indexes ${table}, writes go on`, tone: 'neutral' }
    : { label: `${work.algorithm} on ${table}`, tone: 'good' };
}

/** What an engine keeps, as its people call it. */
export function dataNouns(engine: string): { readonly table: string; readonly rows: string; readonly row: string } {
  return engine === 'mongodb' ? { table: 'collection', rows: 'documents', row: 'document' } : { table: 'table', rows: 'rows', row: 'row' };
}
