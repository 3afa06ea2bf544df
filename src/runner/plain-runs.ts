import { setTimeout as pause } from 'node:timers/promises';
import type { CaptureOptions } from '../engines/capture';
import type { Carrier, ExecutionOutcome } from '../engines/carrier';
import type { Catalog } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import type { Simulation } from '../model/simulation';
import type { State, VolatileColumns } from '../model/state';
import { findVolatileColumns } from '../state/volatile';
import { accountsOf, dropAccountsExcept } from './accounts';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';

/** What is run, and the database in the state before, of which each run gets a clone. */
export interface PlainSubject {
  readonly carrier: Carrier;
  readonly beforeDatabase: string;
}

/** One run with no fault. */
export interface PlainRun {
  readonly outcome: ExecutionOutcome;
  readonly state: State;
  readonly durationMs: number;
  /** By the clock of `performance.now`. */
  readonly endedAt: number;
  /** Columns whose values differ from those of an earlier run, when there was one to compare with. */
  readonly volatile: VolatileColumns;
}

export interface PlainRuns {
  readonly first: PlainRun;
  /** Its state is read without the columns that differed from the first. */
  readonly second: PlainRun;
  /** Why the migration can't run in two databases of one server: then no fault can be tried. */
  readonly onlyOnce?: string;
}

/** Runs the migration twice with no fault, and compares the two to find values that change with each run. */
export async function runTwice(laboratory: Laboratory, subject: PlainSubject, reading: CaptureOptions): Promise<PlainRuns> {
  const accounts = await accountsOf(laboratory);
  const first = await plainRun(laboratory, subject, reading);
  if (keepsWholeSeconds(first.state.catalog, laboratory.sandbox.engine))
    await pause(Math.max(0, first.endedAt + aSecondMs - performance.now()));
  const runSecond = () => plainRun(laboratory, subject, reading, first.state);
  const repeated = await runSecond();
  const onlyOnce = refusedAgain(first.outcome, repeated.outcome);
  if (onlyOnce === undefined) return { first, second: repeated };
  await dropAccountsExcept(laboratory, accounts);
  const second = await runSecond();
  await dropAccountsExcept(laboratory, accounts);
  return { first, second, onlyOnce };
}

/**
 * Whether two runs within a second may write the same time, so that nothing would tell it from a value that is always the same. MySQL and
 * MariaDB keep no fraction of a second unless they are told to, and NOW() has none; PostgreSQL's types have one unless it is rounded away.
 */
export function keepsWholeSeconds(catalog: Catalog, engine: Engine): boolean {
  if (isMysqlFamily(engine)) return true;
  return catalog.tables.some(({ columns }) => columns.some(({ type }) => /^time(stamp)?\([01]\)/.test(type)));
}

const aSecondMs = 1_000;

/** One run with no fault. With the state of an earlier run given, finds the volatile columns and reads the state again without them. */
async function plainRun(laboratory: Laboratory, subject: PlainSubject, options: CaptureOptions, earlier?: State): Promise<PlainRun> {
  const started = performance.now();
  const database = await laboratory.clone(subject.beforeDatabase);
  try {
    const outcome = await runPlainly(laboratory, database, subject.carrier);
    const endedAt = performance.now();
    const state = await capture(laboratory, database, options);
    const volatile = earlier === undefined ? {} : findVolatileColumns(earlier, state);
    const anyVolatile = Object.keys(volatile).length > 0;
    const masked = anyVolatile ? await capture(laboratory, database, { ...options, volatile }) : state;
    return { outcome, state: masked, durationMs: endedAt - started, endedAt, volatile };
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
    'are tried in many databases of one server. Let it ask first whether its role is there (DO ... IF NOT EXISTS), or keep what belongs to the whole server, as roles and databases do, apart from migrations.'
  );
}

/** How a migration that fails with no fault injected does so: at a statement, or before the first when the tool refuses to run it. */
export function ownFailure(outcome: ExecutionOutcome): NonNullable<Simulation['failsByItself']> {
  const isSent = outcome.result !== 'refused' && outcome.result !== 'skipped';
  return {
    ...(isSent && { statement: outcome.statements.length + 1 }),
    code: outcome.error?.code ?? '',
    message: outcome.error?.message ?? `the framework did not run it (${outcome.result})`,
  };
}
