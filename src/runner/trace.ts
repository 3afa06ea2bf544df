import type { CaptureOptions } from '../engines/capture';
import type { Carrier } from '../engines/carrier';
import { type Course, courseOf } from '../faults/course';
import type { PlannedCell } from '../model/fault';
import type { Migration, Statement } from '../model/migration';
import type { ExecutionPlan } from '../model/plan';
import type { BuiltInFramework } from '../model/run-protocol';
import type { CellDirt, SimulatedStatement, Simulation, UnfilledTable } from '../model/simulation';
import type { State } from '../model/state';
import { planProgram } from '../plan/plan';
import type { Repair } from '../recovery/repairs';
import { captureFirst, maskBaseline } from './capture';
import { type Fingerprints, fingerprintsOf } from './fingerprints';
import type { Laboratory } from './laboratory';
import { measureStatements } from './measure';
import { ownFailure, runTwice } from './plain-runs';
import type { Start } from './prefixes';
import { simulatedStatements } from './statements';

/** What is known of a migration before any fault strikes: how it runs, the states before and after, and what it takes. */
export interface Trace {
  readonly framework: BuiltInFramework;
  readonly migration: Migration;
  /** How it is run: every run of this migration, with a fault or without, goes through it. */
  readonly carrier: Carrier;
  readonly plan: ExecutionPlan;
  readonly course: Course;
  /** The database in the state before, to which nobody is connected: every cell starts from a clone of it. */
  readonly beforeDatabase: string;
  readonly before: State;
  /** Absent when the migration fails by itself. */
  readonly after?: State;
  readonly failsByItself?: Simulation['failsByItself'];
  /** Why it can't run in two databases of one server: then no fault can be tried. */
  readonly onlyOnce?: string;
  /** How every state of this migration is read, so that equal states hash alike. */
  readonly reading: CaptureOptions;
  readonly fingerprints: Fingerprints;
  readonly statements: readonly SimulatedStatement[];
  /** Of generated rows. */
  readonly seed: number;
  /** What was put into the state before, so that a statement fails on it. */
  readonly dirt?: CellDirt;
  /** How the rows are repaired so that the migration ends in `after`: whoever reaches that has lost what the repair loses. */
  readonly repair?: Repair;
  /** Milliseconds of one plain run with clone and drop. */
  readonly plainRunMs: number;
  /** Where cells may begin that strike late; absent when all begin in the state before. */
  readonly prefixes?: { startOf(trace: Trace, cell: PlannedCell): Start };
}

/** How many rows each table gets, and the seed of their values. */
export interface RowChoice {
  readonly rows: number;
  readonly seed: number;
}

/** A database in the state before. */
export interface StateBefore {
  readonly beforeDatabase: string;
  readonly unfilled: readonly UnfilledTable[];
}

/** What is traced, and what carries it out. */
export interface TracedSubject {
  readonly framework: BuiltInFramework;
  readonly migration: Migration;
  readonly carrier: Carrier;
}

/** Finds out by runs with no fault what a migration does to the state before, and what it takes. `seed`: of the rows in that state. */
export async function traceMigration(
  laboratory: Laboratory,
  { framework, migration, carrier }: TracedSubject,
  beforeDatabase: string,
  seed: number,
): Promise<Trace> {
  const clockStart = await laboratory.engine.serverClock(laboratory.sandbox);
  const { bookkeepingTables, bookkeepingSchemas = [], normalHistory } = framework.run(migration.engine);
  const options = { bookkeepingTables, bookkeepingSchemas, volatile: {}, clockStart, ...(normalHistory && { normalHistory }) };
  const unmasked = await captureFirst(laboratory, beforeDatabase, options);
  const plan = planProgram(migration, 'up', unmasked.state.catalog);
  const runs = await runTwice(laboratory, { carrier, beforeDatabase }, { ...options, columnHashes: true, baseline: unmasked });
  const { first, second, onlyOnce } = runs;
  const measuring = { carrier, beforeDatabase, plan, plain: second.outcome };
  const measures = onlyOnce === undefined ? await measureStatements(laboratory, measuring) : new Map();

  const baseline = await maskBaseline(laboratory, beforeDatabase, unmasked, second.volatile);
  const succeeded = first.outcome.result === 'success';
  const reference = { before: baseline.state, ...(succeeded && { after: second.state }) };
  return {
    framework,
    migration,
    carrier,
    plan,
    course: courseOf(migration.up, plan, framework.run(migration.engine).steps(migration)),
    beforeDatabase,
    ...reference,
    ...(!succeeded && { failsByItself: ownFailure(first.outcome) }),
    ...(onlyOnce !== undefined && { onlyOnce }),
    reading: { ...options, volatile: second.volatile, baseline },
    fingerprints: fingerprintsOf(reference),
    statements: simulatedStatements(plan, second.outcome, measures),
    seed,
    plainRunMs: Math.min(first.durationMs, second.durationMs),
  };
}

/** The state before: a clone of the groundwork with generated rows, and the tables that have none of these. The caller drops the database. */
export async function databaseBefore(
  laboratory: Laboratory,
  groundwork: string,
  excludeTables: readonly string[],
  { rows, seed }: RowChoice,
  /** What the migration is going to do, as far as it is known. */
  meant: readonly Statement[] = [],
): Promise<StateBefore> {
  const beforeDatabase = await laboratory.clone(groundwork);
  const options = { rows, seed, excludeTables, meant };
  const { skipped } = await laboratory.engine.generateRows(laboratory.sandbox.address(beforeDatabase), options);
  return { beforeDatabase, unfilled: skipped };
}
