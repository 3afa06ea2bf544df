import { join, relative, resolve } from 'node:path';
import { newFindings, type PlacedBaseline, parseBaseline } from '../lint/baseline';
import { type Configuration, mergeConfigurations } from '../lint/configuration';
import { type LintedFolder, lintFolder } from '../lint/lint';
import { engineVersionText } from '../model/engine';
import type { FileReport, Finding } from '../model/finding';
import { frameworkNames } from '../model/migration';
import { failure, type Problem, type Result } from '../model/result';
import type { SourceFile } from '../model/run-protocol';
import type { TextEdit } from '../model/text';
import { loadParser } from '../parse/load';
import { baselinePath, readBaselineFile } from '../workspace/baseline-file';
import { type FoundConfiguration, findConfiguration } from '../workspace/configuration-file';
import { readDumpFile } from '../workspace/dump-file';
import { findMigrationFolders, type MigrationFolder, mergeFolders, migrationFoldersAt } from '../workspace/find-folders';
import { folderOf, readMigrationSource, shownPath, toSlashes } from '../workspace/read-folder';
import { decode } from '../workspace/read-text';
import type { LintOptions } from './commands/lint';
import { CommandFailure, orFail } from './failure';
import { resolveSettings } from './load';
import { defaultCacheFolder, type FolderInput, type FolderResult, ResultCache } from './result-cache';

/** A folder as it was linted; `configuration` holds the options too, so that it can be linted again in the same way. */
export interface LintedSource {
  readonly folder: string;
  readonly files: readonly SourceFile[];
  /** Paths in `files` to report on; absent for all. */
  readonly targets?: readonly string[];
  readonly configuration: Configuration;
  /** Findings that are known already, and not reported. */
  readonly baseline?: PlacedBaseline;
  /** The text of the schema dump that the migrations start from. */
  readonly dump?: string;
}

export interface LintedFiles {
  readonly folders: readonly LintedSource[];
  /** With the paths that people see. */
  readonly reports: readonly FileReport[];
  /** Texts by those paths. */
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** What is to be known, and no reason to fail. */
  readonly notes: readonly string[];
}

/** Lints what the paths name, or the migrations of the workspace when there are none. */
export async function lintFolders(paths: readonly string[], options: LintOptions): Promise<LintedFiles> {
  // It is compiled beside this thread while the files are looked for and read. That it can't be loaded is told where it is waited for.
  if (!options.cache) loadParser().catch(() => undefined);
  const folders = paths.length === 0 ? await workspaceFolders(options) : (await Promise.all(paths.map(foldersAt))).flat();
  return lintMigrationFolders(folders, options);
}

/** The same for folders that have been found. */
export async function lintMigrationFolders(folders: readonly MigrationFolder[], options: LintOptions): Promise<LintedFiles> {
  const linted: LintedSource[] = [];
  const problems: Problem[] = [];
  for (const found of mergeFolders(folders)) {
    // A single file is read through its own path, so that one with an odd name is read too.
    const [first] = found.targets ?? [];
    const source = orFail(await readMigrationSource(first === undefined ? found.folder : join(found.folder, first)));
    const configuration = lintConfiguration(options, await resolveSettings(options, source.configuration, source.files));
    problems.push(...source.skipped.filter(({ path }) => found.targets?.includes(path) ?? true).map(({ problem }) => problem));
    const baseline = await baselineFor(options, configuration, source.configuration);
    const dump = await dumpFor(configuration, source.configuration);
    linted.push({
      folder: found.folder,
      files: source.files,
      configuration,
      ...(found.targets ? { targets: found.targets } : {}),
      ...(dump === undefined ? {} : { dump }),
      ...(baseline ? { baseline } : {}),
    });
  }
  const result = await lintSources(linted, cacheFor(options));
  return { ...result, problems: [...problems, ...result.problems] };
}

/** Lints standard input as the file at `--stdin-path`, among its siblings on the disk. */
export async function lintStandardInput(options: LintOptions): Promise<LintedFiles> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  const { text } = orFail(decode(Buffer.concat(chunks), 'standard input'));
  const path = resolve(options.stdinPath ?? '');
  const folder = folderOf(path);
  const target = toSlashes(relative(folder, path));
  // The folder may not be there yet: an editor lints what was never saved.
  const source = await readMigrationSource(folder);
  const siblings = source.ok ? source.value.files.filter((file) => file.path !== target) : [];
  const files = [...siblings, { path: target, text }].sort((left, right) => (left.path < right.path ? -1 : 1));
  const found = source.ok ? source.value.configuration : orFail(await findConfiguration(folder));
  const configuration = lintConfiguration(options, await resolveSettings(options, found, files));
  const baseline = await baselineFor(options, configuration, found);
  const dump = await dumpFor(configuration, found);
  const read = {
    folder,
    files,
    configuration,
    targets: [target],
    ...(dump === undefined ? {} : { dump }),
    ...(baseline ? { baseline } : {}),
  };
  return lintSources([read], cacheFor(options));
}

function cacheFor(options: LintOptions): ResultCache | undefined {
  return options.cache ? new ResultCache(options.cacheDir === undefined ? defaultCacheFolder() : resolve(options.cacheDir)) : undefined;
}

/** Lints folders that have been read; those that `cache` knows are as they were the last time. */
export async function lintSources(folders: readonly LintedSource[], cache?: ResultCache): Promise<LintedFiles> {
  const reports: FileReport[] = [];
  const sources = new Map<string, string>();
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const source of folders) {
    const linted = await lintOnce(source, cache);
    const texts = new Map(source.files.map(({ path, text }) => [path, text]));
    if (linted.otherEngine !== undefined) {
      notes.push(`${shownPath(source.folder)}: ${linted.otherEngine}`);
      continue;
    }
    problems.push(...linted.problems, ...missingReports(source, linted));
    for (const report of linted.reports) {
      const path = shownPath(join(source.folder, report.path));
      const text = texts.get(report.path) ?? '';
      reports.push(withShownPaths(withoutKnown(report, text, source), path, source.folder));
      sources.set(path, text);
    }
  }
  return { folders, reports, sources, problems, notes };
}

/** What the baseline knows is left out. */
function withoutKnown(report: FileReport, text: string, { folder, baseline }: LintedSource): FileReport {
  if (baseline === undefined) return report;
  const path = baselinePath(baseline.folder, folder, report.path);
  return { ...report, findings: newFindings(baseline.baseline, { path, text, findings: report.findings }) };
}

/** A file that the configuration names: who reads of it has not written its name just now. */
function saidBy<T>(key: string, read: Result<T>): Result<T> {
  return read.ok ? read : failure({ ...read.error, message: `faultline.json: "${key}": ${read.error.message}` });
}

/** The text of the schema dump that the configuration names. */
async function dumpFor(configuration: Configuration, found: FoundConfiguration | undefined): Promise<string | undefined> {
  if (configuration.schema === undefined || configuration.schema === '') return undefined;
  return orFail(saidBy('schema', await readDumpFile(found?.folder ?? process.cwd(), configuration.schema)));
}

/** The baseline that the options name, else the one of the configuration. None while one is written. */
async function baselineFor(
  options: LintOptions,
  configuration: Configuration,
  found: FoundConfiguration | undefined,
): Promise<PlacedBaseline | undefined> {
  if (options.writeBaseline !== undefined) return undefined;
  const named = configuration.baseline === undefined ? undefined : resolve(found?.folder ?? process.cwd(), configuration.baseline);
  const path = options.baseline ?? named;
  if (path === undefined) return undefined;
  const read = await readBaselineFile(path);
  const { text, folder } = orFail(options.baseline === undefined ? saidBy('baseline', read) : read);
  const parsed = parseBaseline(text);
  if (!parsed.ok) throw new CommandFailure(`${shownPath(resolve(path))}: ${parsed.error.message}`);
  return { baseline: parsed.value, folder };
}

/** With the paths that people see: `path` of the file, and those of the files that its fixes make or change. */
function withShownPaths(report: FileReport, path: string, folder: string): FileReport {
  return { ...report, path, findings: report.findings.map((finding) => withShownEdits(finding, folder)) };
}

function withShownEdits(finding: Finding, folder: string): Finding {
  const isElsewhere = finding.fixes.some((fix) => fix.edits.some((edit) => edit.path !== undefined));
  if (!isElsewhere) return finding;
  const shown = (edit: TextEdit): TextEdit => (edit.path === undefined ? edit : { ...edit, path: shownPath(join(folder, edit.path)) });
  return { ...finding, fixes: finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map(shown) })) };
}

async function lintOnce(source: LintedSource, cache: ResultCache | undefined): Promise<FolderResult> {
  const input = inputOf(source, source.files);
  const known = cache?.get(input);
  if (known !== undefined) return known;
  await loadParser();
  const { reports, problems, otherEngine, framework } = lintFolder(input);
  const result = { reports, problems, ...(otherEngine !== undefined && { otherEngine }), framework: framework.displayName };
  cache?.set(input, result);
  return result;
}

/** Lints one folder with a version of its files. `loadParser` must have resolved. */
export function lintSource(source: LintedSource, files: readonly SourceFile[]): LintedFolder {
  return lintFolder(inputOf(source, files));
}

function inputOf({ configuration, targets, dump }: LintedSource, files: readonly SourceFile[]): FolderInput {
  return { files, configuration, ...(targets && { paths: targets }), ...(dump !== undefined && { dump }) };
}

/** A file that was named must be answered, also when it is none of the framework's. */
function missingReports(source: LintedSource, linted: FolderResult): readonly Problem[] {
  if (linted.problems.length > 0) return [];
  const reported = new Set(linted.reports.map((report) => report.path));
  return (source.targets ?? [])
    .filter((target) => !reported.has(target))
    .map((target) => ({
      message: `${shownPath(join(source.folder, target))} is not a migration that ${linted.framework} would run: is its name right?`,
    }));
}

async function workspaceFolders(options: LintOptions): Promise<readonly MigrationFolder[]> {
  const found = orFail(await findConfiguration(process.cwd()));
  const { configuration } = await resolveSettings(options, found);
  return orFail(await findMigrationFolders(found?.folder ?? process.cwd(), configuration.migrations));
}

async function foldersAt(path: string): Promise<readonly MigrationFolder[]> {
  return orFail(await migrationFoldersAt(path));
}

function lintConfiguration(options: LintOptions, settings: Awaited<ReturnType<typeof resolveSettings>>): Configuration {
  const { engine, placeholders, configuration, framework } = settings;
  // What nobody has said is left to what the project's dependencies say.
  const isNamed = options.engine !== undefined || configuration.engine !== undefined;
  const known = frameworkNames.find((name) => name === framework);
  if (framework !== undefined && known === undefined) throw new CommandFailure(`there is no framework "${framework}"`);
  return mergeConfigurations(configuration, {
    ...(isNamed && { engine: engine.name }),
    engineVersion: engineVersionText(engine),
    rules: options.rule,
    images: {},
    simulate: {},
    placeholders,
    ...(known === undefined ? {} : { framework: known }),
  });
}
