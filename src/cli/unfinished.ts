import { writeSync } from 'node:fs';
import { exitStatus } from './failure';

/**
 * Node ends with status 0 when nothing is left that it could wait for, also in the middle of a command. That is a mistake of ours, and a
 * pipeline must not take it for a success.
 */
export function failWhenUnfinished(): void {
  process.once('beforeExit', () => {
    writeSync(process.stderr.fd, 'faultline: internal error, please report it: the command ended before it was done\n');
    process.exit(exitStatus.failure);
  });
}
