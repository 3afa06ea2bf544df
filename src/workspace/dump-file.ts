import { resolve } from 'node:path';
import type { Result } from '../model/result';
import { success } from '../model/result';
import { readTextFile } from './read-text';

/** Reads the schema dump that a configuration names. A missing file is a problem: without it, what exists would be guessed. */
export async function readDumpFile(folder: string, name: string): Promise<Result<string>> {
  const read = await readTextFile(resolve(folder, name), name);
  return read.ok ? success(read.value.text) : read;
}
