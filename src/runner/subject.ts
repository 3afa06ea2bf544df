import { resolve } from 'node:path';
import { faultKindsOf } from '../faults/kinds/registry';
import { frameworkByName, notMigration, readFolder } from '../frameworks/registry';
import { runsFileByFile } from '../frameworks/runnable';
import { sql } from '../frameworks/sql';
import { defaultEngine, type Engine, engineDisplayName, engineOf, versionsKnown } from '../model/engine';
import { isOfFile, type Migration } from '../model/migration';
import type { Problem } from '../model/result';
import type { BuiltInFramework, Framework, HarnessName, ToolFramework } from '../model/run-protocol';
import { loadParser } from '../parse/load';
import { OutsideGuard } from '../plan/outside/guard';
import type { SimulationRequest } from '../protocol/simulation';
import { readMigrationSource, shownPath } from '../workspace/read-folder';
import { SimulationFailure } from './failure';
import { outsideMessage } from './outside';

/** A framework whose migrations can be simulated file by file: what is sent is known, or a process of ours runs its code. */
export type RunnableFramework = BuiltInFramework | HarnessedFramework;
export type HarnessedFramework = ToolFramework & { readonly harness: HarnessName };

/** What is to be simulated, read from disk. */
export interface Subject {
  readonly framework: RunnableFramework;
  readonly engine: Engine;
  readonly folder: string;
  /** All migrations of the folder, in order. */
  readonly migrations: readonly Migration[];
  /** Positions in `migrations` of those to simulate, in order. */
  readonly targets: readonly number[];
  /** What makes the state before the first migration that is run, instead of the earlier migrations of the folder. */
  readonly groundwork?: Groundwork;
}

/** Migrations of another folder, or one file read as a plain migration. */
export interface Groundwork {
  readonly framework: RunnableFramework;
  /** Absolute. */
  readonly folder: string;
  readonly migrations: readonly Migration[];
}

/** Reads what a request names. Throws a SimulationFailure when it is not there or not a migration. */
export async function readSubject(request: SimulationRequest): Promise<Subject> {
  await loadParser();
  const engine = engineOfRequest(request);
  assertFaultsKnown(request.faults, engine);
  const groundwork = request.before === undefined ? undefined : await readGroundwork(request.before, engine, request);
  const guard = new OutsideGuard(engine, request.sandbox);
  if (groundwork !== undefined) assertContained(groundwork.migrations, guard);
  if (request.command !== undefined) return commandSubject(engine, request.path, groundwork);
  const read = await readMigrations(request.path, engine, request);
  const targets = findTargets(read, request);
  assertReadable(read.migrations, targets);
  assertNotEmpty(read, request.path);
  const first = groundwork === undefined ? 0 : targets[0];
  assertContained(read.migrations.slice(first, (targets.at(-1) ?? 0) + 1), guard);
  return {
    framework: read.framework,
    engine,
    folder: read.folder,
    migrations: read.migrations,
    targets,
    ...(groundwork !== undefined && { groundwork }),
  };
}

function engineOfRequest({ engine: name = defaultEngine.name, engineVersion }: SimulationRequest): Engine {
  const engine = engineOf(name, engineVersion);
  if (engine === undefined)
    throw new SimulationFailure(`${engineDisplayName(name)} ${engineVersion} is not known here: there is ${versionsKnown(name)}.`);
  return engine;
}

/** A command has no files that are read: what it does is seen when it runs. */
function commandSubject(engine: Engine, folder: string, groundwork: Groundwork | undefined): Subject {
  return { framework: sql, engine, folder, migrations: [], targets: [], ...(groundwork !== undefined && { groundwork }) };
}

function assertFaultsKnown(faults: SimulationRequest['faults'], { name: engine }: Engine): void {
  const known = faultKindsOf(engine).map(({ name }) => name);
  const unknown = faults === 'all' ? undefined : faults.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new SimulationFailure(`${engineDisplayName(engine)} does not have the fault ${unknown}: choose from ${known.join(', ')}.`);
}

interface ReadMigrations {
  readonly framework: RunnableFramework;
  readonly folder: string;
  readonly target?: string;
  readonly migrations: readonly Migration[];
  /** Why files are none. */
  readonly problems: readonly Problem[];
}

async function readMigrations(path: string, engine: Engine, request: SimulationRequest): Promise<ReadMigrations> {
  const source = await readMigrationSource(path);
  if (!source.ok) throw new SimulationFailure(source.error.message, source.error.code);
  if (request.framework !== undefined && frameworkByName(request.framework) === undefined) {
    throw new SimulationFailure(`There is no framework named "${request.framework}".`);
  }
  const { framework, migrations, problems } = readFolder(source.value.files, {
    engine,
    placeholders: request.placeholders,
    ...(request.framework !== undefined && { framework: request.framework }),
  });
  assertRunnable(framework);
  assertFor(engine, framework);
  const problem = problems[0];
  if (migrations.length === 0) throw new SimulationFailure(problem?.message ?? `${shownPath(resolve(path))} holds no migrations.`);
  return {
    framework,
    folder: source.value.folder,
    migrations,
    problems,
    ...(source.value.target !== undefined && { target: source.value.target }),
  };
}

function findTargets(read: ReadMigrations, { only, shard }: SimulationRequest): readonly number[] {
  if (read.target === undefined) {
    const isMeant = (migration: Migration) => only === undefined || only.some((path) => isOfFile(migration, path));
    const meant = read.migrations.flatMap((migration, position) => (isMeant(migration) ? [position] : []));
    return shard === undefined ? meant : meant.filter((_, index) => index % shard.count === shard.index - 1);
  }
  const position = read.migrations.findLastIndex((migration) => isOfFile(migration, read.target));
  if (position === -1) throw new SimulationFailure(notMigration(read.target, read.framework, read.problems));
  return [position];
}

function assertReadable(migrations: readonly Migration[], targets: readonly number[]): void {
  for (const position of targets) {
    const migration = migrations[position];
    // What a process runs need not be read first: what it sends is seen.
    const unreadable = migration?.up.rendering
      ? undefined
      : migration?.up.statements.find((statement) => statement.unreadable !== undefined);
    if (migration === undefined || unreadable?.unreadable === undefined) continue;
    const line = unreadable.unreadable.range.start.line + 1;
    throw new SimulationFailure(`${migration.up.path}:${line}: ${unreadable.unreadable.message} Mend it before simulating.`);
  }
}

/** What would be written outside of the sandbox is not tried: the statement would really do it. */
function assertContained(migrations: readonly Migration[], guard: OutsideGuard): void {
  for (const { up } of migrations) {
    const found = guard.first(up.statements);
    if (found !== undefined) throw new SimulationFailure(outsideMessage(found, `${up.path}:${found.statement.range.start.line + 1}`));
  }
}

/** In a folder an empty migration is passed by; alone there is nothing to simulate. */
function assertNotEmpty({ framework, ...read }: ReadMigrations, path: string): void {
  const migration = read.migrations.find(({ up }) => up.path === read.target);
  if (migration?.up.statements.length === 0 && !isHarnessed(framework))
    throw new SimulationFailure(`${shownPath(resolve(path))} holds no statements, so there is nothing that could fail.`);
}

async function readGroundwork(before: string, engine: Engine, request: SimulationRequest): Promise<Groundwork> {
  const path = resolve(before);
  const source = await readMigrationSource(path);
  if (!source.ok) throw new SimulationFailure(source.error.message, source.error.code);
  const target = source.value.target;
  // A single file is plain SQL or a script, whatever lies beside it.
  const files = target === undefined ? source.value.files : source.value.files.filter((file) => file.path === target);
  const { framework, migrations } = readFolder(files, {
    engine,
    placeholders: request.placeholders,
    ...(target !== undefined && { framework: engine.name === 'mongodb' ? 'mongosh' : 'sql' }),
  });
  assertRunnable(framework);
  return { framework, folder: source.value.folder, migrations };
}

/** Code of SQL frameworks is never executed here: its own tool runs it, against the proxy. */
function assertRunnable(framework: Framework): asserts framework is RunnableFramework {
  if (runsFileByFile(framework)) return;
  throw new SimulationFailure(
    `Migrations of ${framework.displayName} are run by ${framework.displayName} alone. Simulate its command, as you type it in the folder of the project: ` +
      `faultline simulate --command '${framework.command}'`,
  );
}

/** What a framework sends to one engine alone is not tried on another. */
function assertFor({ name }: Engine, framework: Framework): void {
  if (name === 'mongodb' && framework.run !== undefined) {
    throw new SimulationFailure(
      'These migrations are SQL, which MongoDB does not read: say with --engine, or "engine" in faultline.json, which database they are for.',
    );
  }
  if (framework.engine === undefined || framework.engine === name) return;
  throw new SimulationFailure(
    `Migrations of ${framework.displayName} are for ${engineDisplayName(framework.engine)}, and the engine that is asked for is ${engineDisplayName(name)}: ` +
      `leave --engine and "engine" in faultline.json out, or say ${framework.engine} there.`,
  );
}

/** Does a process of ours run its migrations? */
export function isHarnessed(framework: RunnableFramework): framework is HarnessedFramework {
  return framework.run === undefined;
}
