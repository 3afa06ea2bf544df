import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * The packages hold shared libraries without their symbolic links, which npm can't pack; an install script makes them from
 * `native/pg-symlinks.json`. It does not run under `--ignore-scripts`, nor by default from npm 12 on, so we make them. Returns false
 * when they are missing and can't be made here (a folder that is not ours).
 */
export function makeLinks(packageFolder: string): boolean {
  for (const { source, target } of readLinks(packageFolder)) {
    const path = join(packageFolder, target);
    if (exists(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(packageFolder, source)), path);
    } catch (error) {
      // Somebody else is doing the same at the same time.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function readLinks(packageFolder: string): readonly { readonly source: string; readonly target: string }[] {
  try {
    const list: unknown = JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
