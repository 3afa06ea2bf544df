import { dirname, join, relative, resolve } from 'node:path';
import { type Result, success } from '../model/result';
import { toSlashes } from './read-folder';
import { readTextFile } from './read-text';

/** A baseline as text; `lint/baseline` reads and checks it. */
export interface BaselineFile {
  readonly text: string;
  /** The folder that its paths are relative to. */
  readonly folder: string;
}

/** Reads the baseline that a configuration or an option names. A missing file is a problem: without it old findings would come back. */
export async function readBaselineFile(path: string): Promise<Result<BaselineFile>> {
  const absolute = resolve(path);
  const read = await readTextFile(absolute, path);
  return read.ok ? success({ text: read.value.text, folder: dirname(absolute) }) : read;
}

/** How a baseline in `folder` names a file of another folder. */
export function baselinePath(folder: string, migrationFolder: string, file: string): string {
  return toSlashes(relative(folder, join(migrationFolder, file)));
}
