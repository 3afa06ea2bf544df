import { readFolder } from '../frameworks/registry';
import type { LintCache } from '../lint/cache';
import type { Configuration } from '../lint/configuration';
import { type LintedFolder, lintFolder } from '../lint/lint';
import type { FileReport } from '../model/finding';
import { isOfFile } from '../model/migration';
import type { SourceFile } from '../model/run-protocol';
import { loadParser } from '../parse/load';
import { planProgram } from '../plan/plan';
import { generateDown } from '../rollback/down';
import { keptMigration } from '../rollback/kept-migration';
import type { Analysis } from './analysis';

/** A folder of migrations, linted. */
export interface FolderInput {
  /** Absolute path. */
  readonly folder: string;
  readonly files: readonly SourceFile[];
  readonly configuration: Configuration;
  /** The files to report on, as they stand in `files`: those that are open. */
  readonly paths: readonly string[];
  /** The text of the schema dump that the migrations start from. */
  readonly dump?: string;
  /** Keeps what did not change since the last time. */
  readonly cache: LintCache;
}

export interface FolderAnalysis {
  /** Undefined when the file holds no migration. `name` as it stands in the folder's files. */
  file(name: string): Analysis | undefined;
  /** What was found in a file, also where it holds no migration that could run, such as one of two with the same version. */
  report(name: string): FileReport | undefined;
  /** What names, versions and order have against files that were not asked for. */
  readonly elsewhere: readonly FileReport[];
  /** Why nothing of the folder is linted: the project is one of another database. */
  readonly otherEngine?: string;
}

/** Reads and lints the folder's migrations. */
export async function analyseFolder(input: FolderInput): Promise<FolderAnalysis> {
  await loadParser();
  const { folder, files, configuration, paths, cache, dump } = input;
  const same = { configuration, paths, ...(dump !== undefined && { dump }) };
  const linted = lintFolder({ ...same, files, cache });
  const lintAgain = (changed: readonly SourceFile[]): readonly FileReport[] => lintFolder({ ...same, files: changed }).reports;
  let all: LintedFolder['migrations'] | undefined;
  const allMigrations = () => {
    all ??= lintFolder({ ...same, files, cache, paths: [] }).migrations;
    return all;
  };
  const report = (name: string): FileReport | undefined => linted.reports.find(({ path }) => path === name);
  return {
    file: (name) => analysisOf({ folder, files, configuration, lintAgain, allMigrations }, linted, name),
    report,
    elsewhere: linted.elsewhere,
    ...(linted.otherEngine !== undefined && { otherEngine: linted.otherEngine }),
  };
}

function analysisOf(
  shared: Pick<Analysis, 'folder' | 'files' | 'configuration' | 'lintAgain' | 'allMigrations'>,
  linted: LintedFolder,
  name: string,
): Analysis | undefined {
  const placed = linted.migrations.findLast(({ migration }) => isOfFile(migration, name));
  const report = linted.reports.find((candidate) => candidate.path === name);
  if (placed === undefined || report === undefined) return undefined;
  const { migration, before, after } = placed;
  return {
    ...shared,
    name,
    framework: linted.framework,
    migration,
    report,
    plan: (program) => planProgram(migration, program.direction, program.direction === 'up' ? before : after),
    generateDown: () => generateDown(migration, before, after),
    keepData: () =>
      keptMigration(migration, shared.files, before, linted.framework, (files) => {
        const { engine, framework } = linted;
        return readFolder(files, { engine, placeholders: shared.configuration.placeholders, framework: framework.name }).migrations;
      }),
  };
}
