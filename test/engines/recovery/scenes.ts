import { builtInCarrier } from '../../../src/engines/postgres/execution/execution';
import { executeSteps } from '../../../src/engines/postgres/steps';
import { sql } from '../../../src/frameworks/sql';
import type { Migration } from '../../../src/model/migration';
import type { DatabaseAddress } from '../../../src/model/sandbox';
import type { CellResult } from '../../../src/model/simulation';
import type { State } from '../../../src/model/state';
import { asWritten } from '../../../src/recovery/situation';
import { capture } from '../../../src/runner/capture';
import type { Laboratory } from '../../../src/runner/laboratory';
import { recoverFrom } from '../../../src/runner/recover';
import { type Trace, traceMigration } from '../../../src/runner/trace';

/** A migration on a base, and the databases and states that it is about. */
export interface Scene {
  readonly laboratory: Laboratory;
  readonly trace: Trace;
  /** A clone of before, in which the first `completed` statements have run. Nobody is connected to it. */
  readonly partial: string;
}

export function migrationOf(text: string): Migration {
  const [read] = sql.read([{ path: '001_change.sql', text }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
  if (!read?.ok) throw new Error('The sample was not read.');
  return read.value;
}

export async function execute(laboratory: Laboratory, database: string, texts: readonly string[]): Promise<void> {
  const executed = await executeSteps(laboratory.sandbox.address(database), texts, laboratory.signal);
  if (!executed.ok) throw new Error(`${executed.error.message}: ${texts[executed.step]}`);
}

/** Sets the scene, and drops its databases afterwards. */
export async function onScene<T>(
  laboratory: Laboratory,
  { base, migration: text, completed }: { readonly base: string; readonly migration: string; readonly completed: number },
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  const migration = migrationOf(text);
  const before = await laboratory.create();
  await laboratory.sandbox.query(base, before);
  const subject = { framework: sql, migration, carrier: builtInCarrier(migration, sql.run(migration.engine)) };
  const trace = await traceMigration(laboratory, subject, before, 1);
  const partial = await laboratory.clone(before);
  try {
    await execute(laboratory, partial, migration.up.statements.slice(0, completed).map(asWritten));
    return await work({ laboratory, trace, partial });
  } finally {
    await laboratory.drop(partial, before);
  }
}

export function stateOf({ laboratory, trace }: Scene, database: string): Promise<State> {
  return capture(laboratory, database, { ...trace.reading, columnHashes: true });
}

export type Recovery = NonNullable<CellResult['recovery']>;

/** Both ways out of what is in the partial database now. */
export async function recover(scene: Scene, completed: number, retryReaches: 'error' | 'after' | 'differs' = 'error'): Promise<Recovery> {
  const state = await stateOf(scene, scene.partial);
  return recoverFrom(scene.laboratory, scene.trace, { database: scene.partial, state, completed, retryReaches });
}

/** The steps of a plan that are executed. */
export function texts(plan: Recovery['back']): string[] {
  return plan.steps.filter(({ language }) => language === 'sql').map(({ text }) => text);
}

export function address({ laboratory, partial }: Scene): DatabaseAddress {
  return laboratory.sandbox.address(partial);
}
