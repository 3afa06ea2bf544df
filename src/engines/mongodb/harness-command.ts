import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HarnessName } from '../../model/run-protocol';

export interface HarnessOrder {
  readonly framework: HarnessName;
  readonly direction: 'up' | 'down';
  /** Absolute paths, or relative to the folder that the command runs in; in the order in which they run. */
  readonly files: readonly string[];
  /** The collection of the history. Absent: that of the project's configuration, else the framework's own. */
  readonly changelog?: string;
}

/**
 * The command that runs migrations in code as their tool would, with `{url}` where the address of the database goes. What is recorded as done
 * already is passed over. It ends with status 0 only when all of it was done, and else says in its last line why not.
 */
export function harnessCommand({ framework, direction, files, changelog }: HarnessOrder): string {
  const words = [
    process.execPath,
    harnessFile(),
    direction,
    '--framework',
    framework,
    ...files.flatMap((file) => ['--file', file]),
    ...(changelog === undefined ? [] : ['--changelog', changelog]),
    '--url',
    '{url}',
  ];
  const text = words.map(quoted).join(' ');
  // Under the editor this program is Electron, which is told to be Node; children are not given what our own environment says of that.
  if (process.versions.electron === undefined) return text;
  return process.platform === 'win32' ? `set ELECTRON_RUN_AS_NODE=1&& ${text}` : `ELECTRON_RUN_AS_NODE=1 ${text}`;
}

/** Lies beside the bundle that this file is part of; tests name a build of their own. */
function harnessFile(): string {
  const path = process.env.FAULTLINE_HARNESS ?? fileURLToPath(new URL('./harness.js', import.meta.url));
  if (!existsSync(path)) throw new Error(`The program that runs migrations in code is missing: ${path}. Install Faultline anew.`);
  return path;
}

/** A word for the shell of this system, taken as it stands. */
function quoted(word: string): string {
  if (process.platform === 'win32') return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
