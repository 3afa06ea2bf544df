import { writeSync } from 'node:fs';
import { lineOf } from './problem';

/** What is being done, for the message when it ends too early. */
let doing = 'starting';
let isOver = false;

/** Says what is under way: `Could not migrate up 1-a.js`. */
export function beginning(what: string): void {
  doing = what;
}

/**
 * Whatever ends this process from now on, it ends in one of two ways: by `succeed`, or with status 1 and one line that says why. A migration may
 * call process.exit(0), leave a rejection unheard, or run out of things to wait for.
 */
export function watchEnding(): void {
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (reason) => fail(reason, 'a promise that nobody awaits was rejected: '));
  process.on('exit', (code) => {
    if (isOver) return;
    process.exitCode = 1;
    say(`${doing}: the process ended before the migration had (exit status ${code}); it is not recorded as applied`);
  });
}

/** Ends the process as the real tools do: at once, whatever is still open. */
export function succeed(): never {
  isOver = true;
  process.exit(0);
}

export function fail(error: unknown, how = ''): never {
  if (!isOver) say(`${doing}: ${how}${lineOf(error)}`);
  isOver = true;
  process.exit(1);
}

/** In one line, and at once: a stream might lose it when the process ends. */
function say(message: string): void {
  writeSync(2, `ERROR: ${message}\n`);
}

/** Something to know that is no error. */
export function warn(message: string): void {
  writeSync(2, `WARNING: ${message}\n`);
}
