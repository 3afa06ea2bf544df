import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { faultKinds } from '../../faults/kinds/registry';
import type { Simulation } from '../../model/simulation';
import type { SimulationRequest } from '../../protocol/simulation';
import { simulationReport } from '../../report/simulation-json';
import { findConfiguration } from '../../workspace/configuration-file';
import { folderOf, readMigrationSource } from '../../workspace/read-folder';
import { CommandFailure, orFail } from '../failure';
import { listenForInterruption } from '../interruption';
import { resolveSettings, type Settings } from '../load';
import { addCommonOptions, parseFaults, parseLoad, parsePoints, parseShard, parseVerdicts, wholeNumber } from '../options';
import { note, writeResult } from '../output';
import { Progress } from '../progress';
import { noteUntried, renderSimulations, simulationFormats, withShownPaths, writeHtml } from '../simulation-output';
import { ProgressOfSimulation } from '../simulation-progress';
import { defaultFailOn, defaultRows, requestOf, type SimulateOptions } from '../simulation-request';
import { statusOf } from '../simulation-status';

/** `faultline simulate PATH`, `faultline simulate --command 'CMD'`. */
export function addSimulateCommand(program: Command): void {
  const command = program.command('simulate').argument('[path]', 'migration file, or a folder whose migrations are simulated in order');
  command.description('fail a migration at every point in a throwaway database, and prove the way out');
  addCommonOptions(command, simulationFormats)
    .addOption(
      new Option('--sandbox <name>', 'where the database comes from (default: embedded; docker where that is not PostgreSQL)').choices([
        'embedded',
        'docker',
        'local',
      ]),
    )
    .option('--image <name>', 'Docker image of the sandbox')
    .addOption(
      new Option(
        '--faults <list>',
        `what strikes, as a list with commas: ${faultKinds.map(({ name }) => name).join(', ')}; or all (default)`,
      ).argParser(parseFaults),
    )
    .addOption(
      new Option(
        '--points <list>',
        'where it strikes, as such a list: start, before:2, during, after:3, commit, unrecorded, unlock; or all (default)',
      ).argParser(parsePoints),
    )
    .addOption(new Option('--rows <n>', `rows generated per table (default: ${defaultRows})`).argParser(wholeNumber(0, 10_000_000)))
    .addOption(new Option('--seed <n>', 'seed of the generated rows').argParser(wholeNumber(0, 2 ** 31 - 1)).default(1))
    .addOption(new Option('--jobs <n>', 'cells that run at the same time').argParser(wholeNumber(1, 64)).default(4))
    .addOption(
      new Option('--fail-on <list>', `verdicts that make the exit status 1; none for none (default: ${defaultFailOn.join(',')})`).argParser(
        parseVerdicts,
      ),
    )
    .option(
      '--before <path>',
      'SQL file or folder of migrations that makes the state before (default: the earlier migrations; for a command an empty database)',
    )
    .option('--command <cmd>', "a migration command instead of a path, as 'npx knex migrate:latest'; {url} in it is the database")
    .option('--dir <dir>', 'folder in which the command is run (default: the current one)')
    .addOption(
      new Option('--history-table <name>', "the command's history or lock table, when it has a name of its own; may be repeated")
        .argParser((name: string, names: readonly string[]) => [...names, name])
        .default([], 'none'),
    )
    .option('--before-command <cmd>', 'a command that makes the state before, run in the same folder')
    .addOption(
      new Option(
        '--load <load>',
        'application at work beside one more run: off, light, or sessions per kind of request (default: light; off for a folder)',
      ).argParser(parseLoad),
    )
    .addOption(
      new Option('--shard <i/n>', 'of a folder, every n-th migration from the i-th on; faultline merge joins the reports').argParser(
        parseShard,
      ),
    )
    .option('--no-collapse', 'run cells that must end alike one by one')
    .option('--html <file>', 'write the HTML report as well')
    .action(async (path: string | undefined, options: SimulateOptions) => {
      process.exitCode = await simulate(path, options);
    });
}

async function simulate(path: string | undefined, options: SimulateOptions): Promise<number> {
  const absolute = await subjectPath(path, options);
  const settings = await settingsFor(absolute, options);
  const interruption = listenForInterruption();
  const progress = new Progress();
  const started = performance.now();
  try {
    const follow = new ProgressOfSimulation(progress);
    const request = await withoutLoadOfFolder(requestOf(absolute, options, settings), options, settings);
    const { simulate: runSimulations } = await import('../simulation');
    const simulations = await runSimulations(request, (event) => follow.tell(event), interruption.signal);
    progress.clear();
    failWithoutCells(request, simulations);
    const shown = withShownPaths((await isFolder(absolute)) ? absolute : folderOf(absolute), simulations);
    const report = { ...simulationReport(shown, performance.now() - started), ...(options.shard && { shard: options.shard }) };
    await writeResult(renderSimulations(report, options), options.out);
    await writeHtml(report, options);
    if (follow.remark !== '') await note(follow.remark);
    await noteUntried(report);
    return statusOf(report, options.failOn ?? settings.configuration.simulate.failOn ?? defaultFailOn);
  } catch (error) {
    progress.clear();
    const status = interruption.status();
    if (status !== undefined) {
      await note('cancelled; the sandbox is gone');
      return status;
    }
    throw error instanceof Error ? new CommandFailure(error.message) : error;
  } finally {
    progress.clear();
    interruption.release();
  }
}

/** What is configured for a path and, where that leaves the engine open, what its files show. */
async function settingsFor(path: string, options: SimulateOptions): Promise<Settings> {
  if (options.command !== undefined) return resolveSettings(options, orFail(await findConfiguration(path)));
  const source = await readMigrationSource(path);
  // What is wrong with the files is told when they are simulated.
  return resolveSettings(options, orFail(await findConfiguration(folderOf(path))), source.ok ? source.value.files : []);
}

const oneForShards = '--shard divides the migrations of a folder: give a folder';

/** The file or folder that is simulated; for a command the folder that it runs in. */
async function subjectPath(
  path: string | undefined,
  { command, dir, historyTable, beforeCommand, shard }: SimulateOptions,
): Promise<string> {
  if (command === undefined) {
    if (path === undefined) throw new CommandFailure("give a migration file or folder, or --command 'CMD'");
    if (dir !== undefined || historyTable.length > 0 || beforeCommand !== undefined) {
      throw new CommandFailure('--dir, --history-table and --before-command belong to --command: a path is run by Faultline itself');
    }
    if (shard !== undefined && !(await isFolder(resolve(path)))) throw new CommandFailure(oneForShards);
    return resolve(path);
  }
  if (shard !== undefined) throw new CommandFailure(oneForShards);
  if (path !== undefined) throw new CommandFailure('give a path or --command, not both: the command finds its own migrations (see --dir)');
  if (command.trim() === '') throw new CommandFailure('--command is empty: give what you type to migrate');
  const folder = resolve(dir ?? '.');
  if (!(await isFolder(folder))) throw new CommandFailure(`${dir} is not a folder: --dir says where the command is run`);
  return folder;
}

/** What is not there is no folder: the runner says what is wrong with it. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/** A folder is looked through for what breaks; what an application feels is asked for each migration, or said with --load. */
async function withoutLoadOfFolder(request: SimulationRequest, options: SimulateOptions, settings: Settings): Promise<SimulationRequest> {
  const isSaid = options.load !== undefined || settings.configuration.simulate.load !== undefined;
  if (isSaid || request.command !== undefined || !(await isFolder(request.path))) return request;
  return { ...request, load: 0 };
}

/** A choice that leaves nothing is a slip, and no proof: a pipeline must not take it for one. */
function failWithoutCells({ faults, points }: SimulationRequest, simulations: readonly Simulation[]): void {
  if (faults === 'all' && points === 'all') return;
  if (simulations.every(({ statements }) => statements.length === 0) || simulations.some(({ cells }) => cells.length > 0)) return;
  const most = Math.max(...simulations.map(({ statements }) => statements.length));
  throw new CommandFailure(
    `the choice of faults and points leaves nothing to try: the points of ${simulations.length === 1 ? 'this migration' : 'these migrations'} lie around statements 1 to ${most}`,
  );
}
