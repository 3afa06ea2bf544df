import { dirname, join, relative, resolve } from 'node:path';
import { type Baseline, parseBaseline } from '../lint/baseline';
import { failure, type Result, success } from '../model/result';
import { toSlashes } from './read-folder';
import { readTextFile } from './read-text';

/** A baseline with the folder that its paths are relative to. */
export interface FoundBaseline {
  readonly baseline: Baseline;
  readonly folder: string;
}

/** Reads the baseline that a configuration or an option names. A missing file is a problem: without it old findings would come back. */
export async function readBaseline(path: string): Promise<Result<FoundBaseline>> {
  const absolute = resolve(path);
  const read = await readTextFile(absolute, path);
  if (!read.ok) return read;
  const parsed = parseBaseline(read.value.text);
  if (!parsed.ok) return failure({ message: `${path}: ${parsed.error.message}` });
  return success({ baseline: parsed.value, folder: dirname(absolute) });
}

/** How a baseline in `folder` names a file of another folder. */
export function baselinePath(folder: string, migrationFolder: string, file: string): string {
  return toSlashes(relative(folder, join(migrationFolder, file)));
}
