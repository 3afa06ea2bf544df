import { type Command, Option } from 'commander';
import { mergeReports, readReport } from '../../report/simulation-merge';
import { readTextFile } from '../../workspace/read-text';
import { CommandFailure, orFail } from '../failure';
import { parseVerdicts } from '../options';
import { writeResult } from '../output';
import { noteUntried, renderSimulations, type SimulationOutput, simulationFormats, writeHtml } from '../simulation-output';
import { defaultFailOn } from '../simulation-request';
import { statusOf } from '../simulation-status';

interface MergeOptions extends SimulationOutput {
  readonly failOn: ReturnType<typeof parseVerdicts>;
}

/** `faultline merge FILE...`. */
export function addMergeCommand(program: Command): void {
  program
    .command('merge')
    .argument('<file...>', 'what simulate --format json --shard i/n wrote, of every shard')
    .description('make one report of the shards of a simulation')
    .addOption(new Option('--format <format>', 'form of the result').choices(simulationFormats).default(simulationFormats[0]))
    .option('--out <file>', 'write the result to a file instead of standard output')
    .option('--html <file>', 'write the HTML report as well')
    .addOption(
      new Option('--fail-on <list>', 'verdicts that make the exit status 1; none for none')
        .argParser(parseVerdicts)
        .default(defaultFailOn, defaultFailOn.join(',')),
    )
    .action(async (files: readonly string[], options: MergeOptions) => {
      process.exitCode = await merge(files, options);
    });
}

async function merge(files: readonly string[], options: MergeOptions): Promise<number> {
  const reports = await Promise.all(
    files.map(async (name) => ({ name, report: orFail(readReport(orFail(await readTextFile(name, name)).text, name)) })),
  );
  const report = orFail(mergeReports(reports));
  if (report.simulations.length === 0) throw new CommandFailure('these reports hold no simulation');
  await writeResult(renderSimulations(report, options), options.out);
  await writeHtml(report, options);
  await noteUntried(report);
  return statusOf(report, options.failOn);
}
