import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder of the user's own, with the folders above it. Throws where that can't be done. `mkdirSync` with `recursive` never comes back where a
 * folder that is there answers ENOENT, as /proc and automounted homes do.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another run was quicker.
    if (!existsSync(folder)) throw error;
  }
}
