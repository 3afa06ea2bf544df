import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Result } from '../model/result';
import { success } from '../model/result';
import { readTextFile } from './read-text';

export const configurationFileName = 'faultline.json';

/** A `faultline.json` as text; `lint/configuration` reads and checks it. */
export interface FoundConfiguration {
  readonly path: string;
  /** The folder it lies in: its globs are relative to this. */
  readonly folder: string;
  readonly text: string;
}

/** The nearest `faultline.json` in `folder` or above, no further than the root of the repository. None is no error. */
export async function findConfiguration(folder: string): Promise<Result<FoundConfiguration | undefined>> {
  let current = resolve(folder);
  for (;;) {
    const path = join(current, configurationFileName);
    if (await exists(path)) return readConfiguration(path);
    const parent = dirname(current);
    if (parent === current || (await exists(join(current, '.git')))) return success(undefined);
    current = parent;
  }
}

/** Reads a configuration file that was named, `--config FILE`. */
export async function readConfiguration(path: string): Promise<Result<FoundConfiguration>> {
  const absolute = resolve(path);
  const read = await readTextFile(absolute, path);
  return read.ok ? success({ path: absolute, folder: dirname(absolute), text: read.value.text }) : read;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
