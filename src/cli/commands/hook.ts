import { realpath } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { installHook, uninstallHook } from '../hook/install';
import { type HookOptions, runHook } from '../hook/run';
import { severityOrder } from '../lint-status';
import { writeResult } from '../output';

/** `faultline hook install`, `faultline hook uninstall`, and what the hook itself runs. */
export function addHookCommand(program: Command): void {
  const hook = program.command('hook').description('lint and simulate the migrations of a git push before it leaves');
  withOptions(hook.command('install').description('write a pre-push hook')).action(async (options: HookOptions) => {
    await writeResult(`${await installHook(await realpath(process.argv[1] ?? ''), options)}\n`, undefined);
  });
  hook
    .command('uninstall')
    .description('remove it')
    .action(async () => {
      await writeResult(`${await uninstallHook()}\n`, undefined);
    });
  const run = hook.command('run').argument('[remote]', 'name of the remote').argument('[address]', 'its address');
  run.description('what the hook does: git says on standard input what is pushed; in a terminal, it is what is checked out and not pushed');
  withOptions(run).action(async (remote: string | undefined, _address: string | undefined, options: HookOptions) => {
    process.exitCode = await runHook(remote, options);
  });
}

function withOptions(command: Command): Command {
  return command
    .option('--no-simulate', 'lint alone')
    .addOption(new Option('--max-severity <severity>', 'the highest severity that is still pushed').choices(severityOrder).default('info'))
    .option('--before <path>', 'SQL file or folder of migrations that makes the state before (default: the earlier migrations)');
}
