import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import picocolors from 'picocolors';
import type { Palette } from '../report/palette';
import { systemProblem } from '../workspace/read-text';
import { CommandFailure } from './failure';

/** Colours for results: on a terminal only, never in a file, never with NO_COLOR. */
export function resultPalette(out: string | undefined): Palette {
  return picocolors.createColors(out === undefined && colours(process.stdout.isTTY));
}

/** NO_COLOR wins over FORCE_COLOR, which wins over what the stream is (https://no-color.org). */
function colours(terminal: boolean | undefined): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return terminal === true && process.env.TERM !== 'dumb';
}

/** Writes a command's result to a file, or to standard output, and resolves when it has left this process. */
export async function writeResult(text: string, out: string | undefined): Promise<void> {
  if (out === undefined) return writeTo(process.stdout, text);
  try {
    await writeFile(resolve(out), text);
  } catch (error) {
    const folder = dirname(resolve(out));
    if (!existsSync(folder)) throw new CommandFailure(`${out} can't be written: the folder ${folder} does not exist`);
    throw new CommandFailure(systemProblem(error, out));
  }
}

/** One line on standard error. */
export function note(text: string): Promise<void> {
  return writeTo(process.stderr, `${text}\n`);
}

function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((done) => {
    stream.write(text, () => done());
  });
}

/** A reader that closes the pipe early (`| head`) has seen enough: that is no failure. */
export function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
