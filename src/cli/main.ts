import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addCatalogueCommands } from './commands/catalogue';
import { addCleanCommand } from './commands/clean';
import { addDownCommand } from './commands/down';
import { addHookCommand } from './commands/hook';
import { addLintCommand } from './commands/lint';
import { addMergeCommand } from './commands/merge';
import { addPlanCommand } from './commands/plan';
import { addSimulateCommand } from './commands/simulate';
import { CommandFailure, exitStatus } from './failure';
import { endQuietlyWhenNobodyReads, note } from './output';
import { failWhenUnfinished } from './unfinished';

/** Runs one command line. Exit status 0: fine; 1: findings or failing verdicts; 2: the command could not do its work. */
async function main(): Promise<void> {
  endQuietlyWhenNobodyReads();
  failWhenUnfinished();
  try {
    await commandLine().parseAsync();
  } catch (error) {
    process.exitCode = await explain(error);
  }
  // Everything has been written by now; no forgotten handle may keep the process alive.
  process.exit();
}

function commandLine(): Command {
  const program = new Command('faultline')
    .description('Lint database migrations, simulate every failure in a throwaway database, and prove the way out.')
    .version(version)
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'faultline: ')
            .trim()
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .addHelpText(
      'after',
      '\nExit status: 0 nothing to complain about; 1 findings or failing verdicts;\n2 the command could not do its work.',
    )
    .exitOverride();
  addLintCommand(program);
  addPlanCommand(program);
  addSimulateCommand(program);
  addMergeCommand(program);
  addDownCommand(program);
  addHookCommand(program);
  addCatalogueCommands(program);
  addCleanCommand(program);
  return program;
}

/** One line on standard error, and the exit status. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    // Commander has printed its line already; help and version are no failures.
    return error.exitCode === 0 ? exitStatus.success : exitStatus.failure;
  }
  if (error instanceof CommandFailure) {
    await note(`faultline: ${error.message.replace(/\s*\n\s*/g, ' ')}`);
    return exitStatus.failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  await note(`faultline: internal error, please report it: ${message.replace(/\s*\n\s*/g, ' ')}`);
  if (process.env.FAULTLINE_DEBUG && error instanceof Error) await note(error.stack ?? '');
  return exitStatus.failure;
}

void main();
