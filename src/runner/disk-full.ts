import type { FullDiskTools } from '../engines/engine';
import { type Engine, engineDisplayName } from '../model/engine';
import type { PlannedCell } from '../model/fault';
import type { Sandbox } from '../model/sandbox';
import { SimulationFailure, throwIfCancelled } from './failure';
import type { Laboratory } from './laboratory';
import { type FailedExperiment, type Observation, observe } from './observe';
import type { Trace } from './trace';

/**
 * Runs one cell in a clone on the small disk, which is full while the statement runs. What is left is moved to the ordinary disk at once, so
 * that all that follows is as for any other cell. The disk is one, so these cells wait for each other.
 */
export async function observeDiskFull(laboratory: Laboratory, trace: Trace, cell: PlannedCell): Promise<Observation | FailedExperiment> {
  const { smallDisk, engine } = laboratory.sandbox;
  const tools = laboratory.engine.fullDisk;
  if (tools === undefined) return { cell, status: 'impossible', why: `A full disk is not made for ${engineDisplayName(engine.name)} yet.` };
  if ('unavailable' in smallDisk) return { cell, status: 'impossible', why: smallDisk.unavailable };
  const { failsByItself } = trace;
  if (failsByItself !== undefined && failsByItself.statement === cell.point.statement) {
    return {
      cell,
      status: 'impossible',
      why: `The migration fails by itself at this statement, with room enough (${failsByItself.message}).`,
    };
  }
  // A statement that needs no space goes by, and those behind it meet the full disk.
  const met = trace.migration.up.statements.filter(({ index }) => index >= (cell.point.statement ?? 0));
  const tables = [trace.before, trace.after].flatMap((state) => state?.catalog.tables ?? []);
  const fatal = met.map((statement) => tools.whyNot?.(statement, engine, tables)).find((why) => why !== undefined);
  if (fatal !== undefined) return { cell, status: 'impossible', why: fatal };
  return alone(laboratory.sandbox, async () => {
    const tight = await whyTooLarge(laboratory, tools, trace, smallDisk.bytes);
    if (tight !== undefined) return { cell, status: 'impossible', why: tight };
    await tools.openPlace?.(laboratory.sandbox, smallDisk.folder);
    const cloned: string[] = [];
    try {
      const observed = await observe(laboratory, trace, cell, {
        clone: async (source) => {
          const database = await laboratory.clone(source, tools.smallPlace);
          cloned.push(database);
          await tools.makeRoom?.(laboratory.sandbox.address(database));
          return database;
        },
        strike: () => smallDisk.fill(),
      });
      await smallDisk.free();
      return 'why' in observed ? observed : await moved(laboratory, tools, observed);
    } catch (error) {
      throwIfCancelled(laboratory.signal);
      if (!(await hasStopped(laboratory.sandbox))) throw error;
      cloned.length = 0;
      throw stoppedByFullDisk(engine, cell);
    } finally {
      await smallDisk.free().catch(() => undefined);
      await laboratory.drop(...cloned);
      await tools.settle?.(laboratory.sandbox).catch(() => undefined);
    }
  });
}

/** By itself: what somebody else has ended says so. */
function hasStopped(sandbox: Sandbox): Promise<boolean> {
  return sandbox.ping().then(
    () => false,
    (error: Error) => !/from outside|out of memory/.test(error.message),
  );
}

/** A server that can't bear a full disk takes its sandbox with it, and all cells that are still open. */
function stoppedByFullDisk(engine: Engine, { point }: PlannedCell): SimulationFailure {
  return new SimulationFailure(
    `${engineDisplayName(engine.name)} itself stopped when its disk was full at statement ${point.statement ?? 0}, as it may in production. ` +
      'Simulate the rest without that: --faults with all but disk-full.',
  );
}

/** The end of each sandbox's line of cells that wait for its small disk. */
const lines = new WeakMap<Sandbox, Promise<unknown>>();

function alone<T>(sandbox: Sandbox, work: () => Promise<T>): Promise<T> {
  const turn = (lines.get(sandbox) ?? Promise.resolve()).then(work, work);
  lines.set(sandbox, turn);
  return turn;
}

/** The clone, what earlier statements write, and a rewrite of all of it must find room before the disk is filled. */
async function whyTooLarge({ sandbox }: Laboratory, tools: FullDiskTools, trace: Trace, bytes: number): Promise<string | undefined> {
  const size = await tools.databaseBytes(sandbox, trace.beforeDatabase);
  if (size * 2 <= bytes) return undefined;
  const megabytes = (number: number) => Math.round(number / 2 ** 20);
  return `The database has ${megabytes(size)} MB, too much for the small disk of ${megabytes(bytes)} MB: use fewer rows.`;
}

/** The same observation in a database on the ordinary disk. */
async function moved(laboratory: Laboratory, tools: FullDiskTools, observed: Observation): Promise<Observation | FailedExperiment> {
  const { cell, outcome, execution } = observed;
  await execution.close();
  const spared = whySpared(observed);
  if (spared !== undefined) return { cell, status: 'impossible', why: spared };
  if (outcome.error === undefined || !tools.isFull(outcome.error)) {
    const said = outcome.error?.message ?? `it ended with ${outcome.result}`;
    return { cell, status: 'failed', why: `The disk was full, and the statement failed for another reason: ${said}.` };
  }
  return { ...observed, database: await laboratory.clone(observed.database, tools.ordinaryPlace) };
}

/** Why the full disk meant nothing to the statement, as it was measured. */
function whySpared({ cell, outcome }: Observation): string | undefined {
  const { statement = 0 } = cell.point;
  const finished = outcome.statements.some(({ index }) => index === statement);
  return finished ? 'With the disk full the statement ended as always: it needed no new space.' : undefined;
}
