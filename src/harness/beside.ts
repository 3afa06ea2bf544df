import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built files that are read only when they are needed: each cell of a simulation starts this program. */
type PartName = 'harness-driver' | 'harness-source' | 'harness-shell' | 'harness-shell-worker';

const here = dirname(fileURLToPath(import.meta.url));

/** Loads one of them. `Part` is the type of the module that it is built from. */
export function part<Part>(name: PartName): Part {
  return createRequire(import.meta.url)(fileBeside(name)) as Part;
}

export function fileBeside(name: PartName): string {
  return join(here, `${name}.js`);
}
