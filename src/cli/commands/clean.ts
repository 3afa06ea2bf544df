import type { Command } from 'commander';
import { exitStatus } from '../failure';
import { writeResult } from '../output';

/** `faultline clean`. */
export function addCleanCommand(program: Command): void {
  program
    .command('clean')
    .description('remove sandboxes that lost their owner')
    .action(async () => {
      process.exitCode = await clean();
    });
}

async function clean(): Promise<number> {
  const { sandboxProviders } = await import('../simulation');
  const removed: string[] = [];
  for (const provider of Object.values(sandboxProviders)) removed.push(...(await provider.removeOrphans()));
  await writeResult(removed.length === 0 ? 'Nothing to remove.\n' : `${removed.join('\n')}\n`, undefined);
  return exitStatus.success;
}
