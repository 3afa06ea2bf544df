import type { CaptureOptions } from '../engines/capture';
import type { Carrier, ExecutionOutcome } from '../engines/carrier';
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
  const runSecond = () => plainRun(laboratory, subject, reading, first.state);
  const repeated = await runSecond();
  const onlyOnce = refusedAgain(first.outcome, repeated.outcome);
  if (onlyOnce === undefined) return { first, second: repeated };
  await dropAccountsExcept(laboratory, accounts);
  const second = await runSecond();
  await dropAccountsExcept(laboratory, accounts);
  return { first, second, onlyOnce };
}

/** One run with no fault. With the state of an earlier run given, finds the volatile columns and reads the state again without them. */
async function plainRun(laboratory: Laboratory, subject: PlainSubject, options: CaptureOptions, earlier?: State): Promise<PlainRun> {
  const started = performance.now();
  const database = await laboratory.clone(subject.beforeDatabase);
  try {
    const outcome = await runPlainly(laboratory, database, subject.carrier);
    const durationMs = performance.now() - started;
    const state = await capture(laboratory, database, options);
    const volatile = earlier === undefined ? {} : findVolatileColumns(earlier, state);
    const anyVolatile = Object.keys(volatile).length > 0;
    const masked = anyVolatile ? await capture(laboratory, database, { ...options, volatile }) : state;
    return { outcome, state: masked, durationMs, volatile };
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

/** How a migration that fails with no fault injected does so. */
export function ownFailure(outcome: ExecutionOutcome): NonNullable<Simulation['failsByItself']> {
  return {
    statement: outcome.statements.length + 1,
    code: outcome.error?.code ?? '',
    message: outcome.error?.message ?? `the framework did not run it (${outcome.result})`,
  };
}
