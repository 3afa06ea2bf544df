import { withControlClient } from '../engines/postgres/connect';
import type { ExecutionOutcome } from '../engines/postgres/execution';
import { generateRows } from '../engines/postgres/generate-rows';
import type { CaptureOptions } from '../engines/postgres/snapshot';
import { type Course, courseOf } from '../faults/course';
import type { Migration } from '../model/migration';
import type { ExecutionPlan } from '../model/plan';
import type { Framework } from '../model/run-protocol';
import type { SimulatedStatement, Simulation } from '../model/simulation';
import type { State, VolatileColumns } from '../model/state';
import { planProgram } from '../plan/plan';
import { findVolatileColumns } from '../state/volatile';
import { capture } from './capture';
import { type Fingerprints, fingerprintsOf } from './fingerprints';
import type { Laboratory } from './laboratory';
import { dropRolesExcept, rolesOf } from './roles';
import { runPlainly } from './run';

/** What is known of a migration before any fault strikes: how it runs, the states before and after, and what it takes. */
export interface Trace {
  readonly framework: Framework;
  readonly migration: Migration;
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
  /** Milliseconds of one plain run with clone and drop. */
  readonly plainRunMs: number;
}

/** Makes the state before, runs the migration twice with no fault, and compares the two runs to find values that change with each run. */
export async function traceMigration(
  laboratory: Laboratory,
  framework: Framework,
  migration: Migration,
  groundwork: string,
  rows: { readonly rows: number; readonly seed: number },
): Promise<Trace> {
  const beforeDatabase = await laboratory.clone(groundwork);
  await withControlClient(laboratory.sandbox.address(beforeDatabase), (client) =>
    generateRows(client, { ...rows, excludeTables: framework.run.bookkeepingTables }),
  );
  const clockStart = await serverClock(laboratory);
  const unmasked = { bookkeepingTables: framework.run.bookkeepingTables, volatile: {}, clockStart, columnHashes: true };
  const plainBefore = await capture(laboratory, beforeDatabase, unmasked);
  const plan = planProgram(migration, 'up', plainBefore.catalog);

  const roles = await rolesOf(laboratory);
  const first = await plainRun(laboratory, framework, migration, beforeDatabase, unmasked);
  const runSecond = () => plainRun(laboratory, framework, migration, beforeDatabase, unmasked, first.state);
  const repeated = await runSecond();
  const onlyOnce = refusedAgain(first.outcome, repeated.outcome);
  if (onlyOnce !== undefined) await dropRolesExcept(laboratory, roles);
  const second = onlyOnce === undefined ? repeated : await runSecond();
  if (onlyOnce !== undefined) await dropRolesExcept(laboratory, roles);
  const reading = { bookkeepingTables: framework.run.bookkeepingTables, volatile: second.volatile, clockStart };
  const before = second.anyVolatile ? await capture(laboratory, beforeDatabase, { ...reading, columnHashes: true }) : plainBefore;
  const succeeded = first.outcome.result === 'success';
  const reference = { before, ...(succeeded && { after: second.state }) };
  return {
    framework,
    migration,
    plan,
    course: courseOf(migration.up, plan, framework.run.steps(migration)),
    beforeDatabase,
    ...reference,
    ...(!succeeded && { failsByItself: ownFailure(first.outcome) }),
    ...(onlyOnce !== undefined && { onlyOnce }),
    reading,
    fingerprints: fingerprintsOf(reference),
    statements: simulatedStatements(plan, second.outcome),
    plainRunMs: Math.min(first.durationMs, second.durationMs),
  };
}

/** A moment before the runs, by the server's clock, which need not be this machine's. */
async function serverClock(laboratory: Laboratory): Promise<string> {
  const [row] = await laboratory.sandbox.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS now");
  return String(row?.now);
}

interface PlainRun {
  readonly outcome: ExecutionOutcome;
  readonly state: State;
  readonly durationMs: number;
  readonly volatile: VolatileColumns;
  readonly anyVolatile: boolean;
}

/** One run with no fault. With the state of an earlier run given, finds the volatile columns and reads the state again without them. */
async function plainRun(
  laboratory: Laboratory,
  framework: Framework,
  migration: Migration,
  beforeDatabase: string,
  options: CaptureOptions,
  earlier?: State,
): Promise<PlainRun> {
  const started = performance.now();
  const database = await laboratory.clone(beforeDatabase);
  try {
    const outcome = await runPlainly(laboratory, database, migration, framework.run);
    const durationMs = performance.now() - started;
    const state = await capture(laboratory, database, options);
    const volatile = earlier === undefined ? {} : findVolatileColumns(earlier, state);
    const anyVolatile = Object.keys(volatile).length > 0;
    const masked = anyVolatile ? await capture(laboratory, database, { ...options, volatile }) : state;
    return { outcome, state: masked, durationMs, volatile, anyVolatile };
  } finally {
    await laboratory.drop(database);
  }
}

/** In words, when a second database refuses what the first one took: something of it belongs to the whole server. */
function refusedAgain(first: ExecutionOutcome, second: ExecutionOutcome): string | undefined {
  if (second.result === first.result && second.statements.length === first.statements.length) return undefined;
  const statement = second.statements.length + 1;
  return (
    `Statement ${statement} can be run once on a server, not in every database of it (${second.error?.message ?? second.result}), and faults ` +
    'are tried in many databases of one server. Let it ask first whether its role is there (DO ... IF NOT EXISTS), or keep roles apart from migrations.'
  );
}

function ownFailure(outcome: ExecutionOutcome): NonNullable<Simulation['failsByItself']> {
  return {
    statement: outcome.statements.length + 1,
    code: outcome.error?.code ?? '',
    message: outcome.error?.message ?? `the framework did not run it (${outcome.result})`,
  };
}

/** The statements with what was measured. A lock is held from its statement to the end of its transaction. */
function simulatedStatements(plan: ExecutionPlan, outcome: ExecutionOutcome): readonly SimulatedStatement[] {
  const measured = new Map(outcome.statements.map((statement) => [statement.index, statement]));
  const durationOf = (index: number): number => measured.get(index)?.durationMs ?? 0;
  return plan.statements.map(({ statement, transaction, locks, cost }) => {
    const group = plan.transactions.find((candidate) => candidate.index === transaction);
    const laterInTransaction = group?.statements.filter((index) => index >= statement.index) ?? [statement.index];
    const heldMs = laterInTransaction.reduce((sum, index) => sum + durationOf(index), 0);
    return {
      index: statement.index,
      text: statement.text,
      range: statement.range,
      transaction,
      durationMs: round(durationOf(statement.index)),
      locks: locks.map((lock) => ({ ...lock, heldMs: round(heldMs) })),
      rewrites: cost === 'rewrite' ? locks.slice(0, 1).map((lock) => lock.relation) : [],
      rows: measured.get(statement.index)?.rows ?? 0,
    };
  });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
