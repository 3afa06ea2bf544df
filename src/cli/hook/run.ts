import { dirname, relative, resolve, sep } from 'node:path';
import { runsFileByFile } from '../../frameworks/runnable';
import type { RuleLevel } from '../../lint/configuration';
import type { Migration } from '../../model/migration';
import { lintReport } from '../../report/lint-json';
import { lintPretty } from '../../report/lint-pretty';
import { plural } from '../../report/numbers';
import { simulationBrief } from '../../report/simulation-brief';
import { simulationReport } from '../../report/simulation-json';
import { isCodeFile } from '../../workspace/code-files';
import { type FoundConfiguration, findConfiguration } from '../../workspace/configuration-file';
import { findMigrationFolders, type MigrationFolder, mergeFolders } from '../../workspace/find-folders';
import { shownPath, toSlashes } from '../../workspace/read-folder';
import { CommandFailure, exitStatus, orFail } from '../failure';
import { git, workingTree } from '../git';
import { type Interruption, listenForInterruption } from '../interruption';
import { lintMigrationFolders } from '../lint-folders';
import { lintStatus, tellProblems } from '../lint-status';
import { loadFolder, resolveSettings } from '../load';
import { note, resultPalette, writeResult } from '../output';
import { Progress } from '../progress';
import { withShownPaths } from '../simulation-output';
import { ProgressOfSimulation } from '../simulation-progress';
import { defaultFailOn, requestOf } from '../simulation-request';
import { statusOf } from '../simulation-status';
import { checkOut } from './checkout';
import { changedFiles, type PushedCommit, readPushed } from './pushed';

/** What a hook can be told when it is installed. */
export interface HookOptions {
  readonly simulate: boolean;
  readonly maxSeverity: RuleLevel;
  readonly before?: string;
}

/** More new migrations than these are no change to try, but a history: the latest stand for it. */
const mostSimulated = 10;
const common = { placeholder: {} };

/**
 * Lints and simulates the migrations that are being pushed, in every folder that has any. Gives the exit status: what is found wrong
 * stops the push, as does what could not be tested.
 */
export async function runHook(remoteName: string | undefined, options: HookOptions): Promise<number> {
  const top = await workingTree();
  const before = options.before === undefined ? undefined : resolve(options.before);
  process.chdir(top);
  const interruption = listenForInterruption();
  let status: number = exitStatus.success;
  try {
    for (const pushed of await pushedCommits()) {
      status = Math.max(
        status,
        await testCommit(pushed, remoteName, { ...options, ...(before !== undefined && { before }) }, interruption),
      );
    }
  } finally {
    interruption.release();
  }
  const interrupted = interruption.status();
  if (interrupted !== undefined) return interrupted;
  if (status !== exitStatus.success) await note('faultline: mend this before you push, or push it as it is with `git push --no-verify`');
  return status;
}

/** Those that git tells of; typed by hand in a terminal, it is about what is checked out. */
async function pushedCommits(): Promise<readonly PushedCommit[]> {
  if (process.stdin.isTTY) return [{ commit: (await git(['rev-parse', 'HEAD'])).trim() }];
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return readPushed(Buffer.concat(chunks).toString('utf8'));
}

async function testCommit(
  pushed: PushedCommit,
  remoteName: string | undefined,
  options: HookOptions,
  interruption: Interruption,
): Promise<number> {
  const changed = (await changedFiles(pushed, remoteName)).filter((path) => path.toLowerCase().endsWith('.sql') || isCodeFile(path));
  if (changed.length === 0) return exitStatus.success;
  const top = process.cwd();
  const checkout = await checkOut(pushed.commit, changed);
  process.chdir(checkout.folder);
  try {
    const folders = await changedFolders(changed);
    if (folders.length === 0) return exitStatus.success;
    if (checkout.isCopy)
      await note(`faultline: the working tree differs from what is pushed: a copy of ${pushed.commit.slice(0, 10)} is tested`);
    let status = await lintChanged(folders, options.maxSeverity);
    for (const folder of options.simulate ? folders : []) {
      if (interruption.signal.aborted) break;
      status = Math.max(status, await simulateChanged(folder, options, interruption));
    }
    return status;
  } finally {
    process.chdir(top);
    await checkout.remove();
  }
}

/** A folder of migrations, and which of its files are pushed. */
type ChangedFolder = Required<MigrationFolder>;

/** The folders of migrations that hold changed files. A part of the repository may have a `faultline.json` of its own. */
async function changedFolders(changed: readonly string[]): Promise<readonly ChangedFolder[]> {
  const roots = new Map<string, FoundConfiguration | undefined>([[process.cwd(), orFail(await findConfiguration(process.cwd()))]]);
  for (const path of changed) {
    const found = orFail(await findConfiguration(dirname(resolve(path))));
    if (found !== undefined) roots.set(found.folder, found);
  }
  const folders: MigrationFolder[] = [];
  for (const [root, found] of roots) {
    const { configuration } = await resolveSettings(common, found);
    const here = await findMigrationFolders(root, configuration.migrations);
    // There is no migration there, and so none is pushed.
    if (here.ok) folders.push(...here.value);
  }
  return mergeFolders(folders).flatMap(({ folder, targets }) => {
    const paths = changed.map((path) => resolve(path)).filter((path) => path.startsWith(folder + sep));
    const inside = paths.map((path) => toSlashes(relative(folder, path))).filter((path) => targets?.includes(path) ?? true);
    return inside.length === 0 ? [] : [{ folder, targets: inside }];
  });
}

/** The whole folder is linted, as one migration can be wrong because of another; what is reported is about the changed ones. */
async function lintChanged(folders: readonly ChangedFolder[], maxSeverity: RuleLevel): Promise<number> {
  const started = performance.now();
  const linted = await lintMigrationFolders(
    folders.map(({ folder }) => ({ folder })),
    { ...common, format: 'pretty', maxSeverity, cache: true, rule: {} },
  );
  const changed = new Set(folders.flatMap(({ folder, targets }) => targets.map((path) => resolve(folder, path))));
  const reports = linted.reports.filter(({ path }) => changed.has(resolve(path)));
  const report = lintReport(reports, performance.now() - started);
  // A file beside the migrations may be none of them.
  if (reports.length > 0) await writeResult(lintPretty(report, linted.sources, resultPalette(undefined)), undefined);
  const isUnread = await tellProblems(linted);
  return isUnread ? exitStatus.failure : lintStatus(report, maxSeverity);
}

async function simulateChanged({ folder, targets }: ChangedFolder, options: HookOptions, interruption: Interruption): Promise<number> {
  const { migrations, framework, settings } = await loadFolder(folder, common);
  const isPushed = ({ up, down }: Migration) => targets.includes(up.path) || (down !== undefined && targets.includes(down.path));
  const pushed = migrations.filter(isPushed);
  if (!runsFileByFile(framework)) {
    await note(
      `faultline: migrations of ${framework.displayName} are not simulated here: faultline simulate --command '${framework.command}' does it`,
    );
    return exitStatus.success;
  }
  const sending = pushed.filter(({ up }) => framework.run === undefined || up.statements.length > 0);
  const tried = sending.slice(-mostSimulated);
  if (tried.length < sending.length) {
    await note(
      `faultline: ${plural(sending.length, 'migration')} are new; the last ${tried.length} are simulated: faultline simulate ${shownPath(folder)} does it for all`,
    );
  }
  if (tried.length === 0) return exitStatus.success;
  const usual = { seed: 1, jobs: 4, format: 'pretty', collapse: true, historyTable: [], ...common } as const;
  const request = {
    ...requestOf(folder, { ...usual, ...(options.before !== undefined && { before: options.before }) }, settings),
    // What an application feels is told by a simulation of its own.
    load: settings.configuration.simulate.load ?? 0,
    only: tried.map(({ up }) => up.path),
  };
  const progress = new Progress();
  const follow = new ProgressOfSimulation(progress);
  const started = performance.now();
  try {
    const { simulate } = await import('../simulation');
    const simulations = await simulate(request, (event) => follow.tell(event), interruption.signal);
    progress.clear();
    const report = simulationReport(withShownPaths(folder, simulations), performance.now() - started);
    const brief = report.simulations.map((simulation) => simulationBrief(simulation, resultPalette(undefined)));
    await writeResult(`\n${brief.join('\n')}\n`, undefined);
    if (follow.remark !== '') await note(follow.remark);
    return statusOf(report, settings.configuration.simulate.failOn ?? defaultFailOn);
  } catch (error) {
    progress.clear();
    if (interruption.signal.aborted) {
      await note('cancelled; the sandbox is gone');
      return exitStatus.failure;
    }
    throw new CommandFailure(error instanceof Error ? error.message : String(error));
  }
}
