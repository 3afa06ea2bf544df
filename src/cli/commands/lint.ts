import { dirname, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../../../package.json';
import { baselineOf } from '../../lint/baseline';
import { parseRuleOverrides, type RuleLevel } from '../../lint/configuration';
import type { LintReport } from '../../model/finding';
import { didYouMean } from '../../model/nearest';
import { lintGithub } from '../../report/lint-github';
import { lintGitlab } from '../../report/lint-gitlab';
import { lintJson, lintReport } from '../../report/lint-json';
import { lintJunit } from '../../report/lint-junit';
import { lintPretty } from '../../report/lint-pretty';
import { lintSarif } from '../../report/lint-sarif';
import { lintUnix } from '../../report/lint-unix';
import { allRules } from '../../rules/registry';
import { ruleUrl } from '../../rules/rule';
import { toSlashes } from '../../workspace/read-folder';
import { CommandFailure, exitStatus } from '../failure';
import { dryRunText, fixFolders, writeFixes } from '../fix';
import { type LintedFiles, lintFolders, lintStandardInput } from '../lint-folders';
import { lintStatus, severityOrder, tellProblems } from '../lint-status';
import { addCommonOptions, type CommonOptions } from '../options';
import { note, resultPalette, writeResult } from '../output';

const formats = ['pretty', 'json', 'sarif', 'github', 'gitlab', 'junit', 'unix'] as const;

export interface LintOptions extends CommonOptions {
  readonly format: (typeof formats)[number];
  readonly fix?: boolean;
  readonly fixDryRun?: boolean;
  readonly maxSeverity: RuleLevel;
  readonly stdin?: boolean;
  readonly stdinPath?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly cache: boolean;
  readonly cacheDir?: string;
  readonly rule: Readonly<Record<string, RuleLevel>>;
}

/** `faultline lint [PATH...]`. */
export function addLintCommand(program: Command): void {
  const command = program.command('lint').argument('[path...]', 'migration files and folders (default: those of the workspace)');
  command.description('say what is dangerous in migrations, and how to write it instead');
  addCommonOptions(command, formats)
    .option('--fix', 'apply the fixes that cannot change what a migration does')
    .option('--fix-dry-run', 'show what --fix would change, and change nothing')
    .addOption(
      new Option('--max-severity <severity>', 'the highest severity that still gives exit status 0').choices(severityOrder).default('info'),
    )
    .option('--baseline <file>', 'report only findings that this file does not know (default: the one that faultline.json names)')
    .option('--write-baseline <file>', 'write a file that knows all present findings, so that only new ones are reported')
    .option('--no-cache', 'lint again what has not changed since the last time')
    .option('--cache-dir <dir>', "where the last results are kept (default: in the user's cache folder)")
    .option('--stdin', 'lint standard input; --stdin-path says which file it is')
    .option('--stdin-path <path>', 'path of the file on standard input')
    .addOption(
      new Option('--rule <ID=LEVEL>', 'level of a rule: off, info, warning, error; may be repeated')
        .argParser(collectRule)
        .default({}, 'none'),
    )
    .action(async (paths: readonly string[], options: LintOptions) => {
      process.exitCode = await lint(paths, options);
    });
}

function collectRule(text: string, before: Readonly<Record<string, RuleLevel>>): Readonly<Record<string, RuleLevel>> {
  const parsed = parseRuleOverrides([text]);
  if (!parsed.ok) throw new InvalidArgumentError('Write ID=off, ID=info, ID=warning or ID=error.');
  const ids = allRules.map(({ id }) => id);
  const unknown = Object.keys(parsed.value).find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no rule "${unknown}": \`faultline rules\` lists them.${didYouMean(unknown, ids)}`);
  return { ...before, ...parsed.value };
}

async function lint(paths: readonly string[], options: LintOptions): Promise<number> {
  checkOptions(paths, options);
  const started = performance.now();
  const linted = options.stdin ? await lintStandardInput(options) : await lintFolders(paths, options);
  if (options.writeBaseline !== undefined) {
    await writeBaseline(linted, options.writeBaseline);
    return (await tellProblems(linted)) ? exitStatus.failure : exitStatus.success;
  }
  const outcome = options.fix || options.fixDryRun ? await fixFolders(linted) : undefined;
  if (options.fix && options.stdin) {
    await writeResult(outcome?.after.sources.values().next().value ?? '', options.out);
    return exitStatus.success;
  }
  if (outcome && options.fix) await note(await writeFixes(outcome));
  const shown: LintedFiles = outcome && options.fix ? outcome.after : linted;
  const report = lintReport(shown.reports, performance.now() - started);
  // Nothing could be read, which is said below: that there are no findings in it would be no news.
  const isUnread = shown.reports.length === 0 && linted.problems.length > 0 && options.format === 'pretty';
  if (isUnread) await writeResult('', options.out);
  else if (outcome && options.fixDryRun && options.format === 'pretty') await writeResult(dryRunText(outcome), options.out);
  else await writeResult(render(report, shown.sources, options), options.out);
  if (await tellProblems(linted)) return exitStatus.failure;
  return lintStatus(report, options.maxSeverity);
}

function checkOptions(paths: readonly string[], options: LintOptions): void {
  if (options.stdin && options.stdinPath === undefined)
    throw new CommandFailure('--stdin needs --stdin-path, to know which migration it is');
  if (options.stdinPath !== undefined && !options.stdin) throw new CommandFailure('--stdin-path goes with --stdin');
  if (options.stdin && paths.length > 0) throw new CommandFailure('give paths or --stdin, not both');
  if (options.writeBaseline !== undefined && (options.fix || options.fixDryRun || options.baseline !== undefined || options.stdin)) {
    throw new CommandFailure('--write-baseline goes with none of --fix, --fix-dry-run, --baseline and --stdin');
  }
  if (options.fix && options.fixDryRun) throw new CommandFailure('give --fix or --fix-dry-run, not both');
}

async function writeBaseline({ reports, sources }: LintedFiles, file: string): Promise<void> {
  const folder = dirname(resolve(file));
  const files = reports.map(({ path, findings }) => ({
    path: toSlashes(relative(folder, resolve(path))),
    text: sources.get(path) ?? '',
    findings,
  }));
  await writeResult(`${JSON.stringify(baselineOf(files), null, 2)}\n`, file);
  const count = files.reduce((sum, { findings }) => sum + findings.length, 0);
  await note(
    `${file} knows ${count} ${count === 1 ? 'finding' : 'findings'} now; name it in faultline.json as "baseline", or give --baseline ${file}`,
  );
}

function render(report: LintReport, sources: ReadonlyMap<string, string>, options: LintOptions): string {
  switch (options.format) {
    case 'json':
      return lintJson(report);
    case 'sarif':
      return lintSarif(report, { version, rules: allRules.map(({ id, title }) => ({ id, title, url: ruleUrl(id) })) });
    case 'github':
      return lintGithub(report);
    case 'gitlab':
      return lintGitlab(report);
    case 'junit':
      return lintJunit(report);
    case 'unix':
      return lintUnix(report);
    case 'pretty':
      return lintPretty(report, sources, resultPalette(options.out));
  }
}
