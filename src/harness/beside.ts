import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The built files that are read only when they are needed: each cell of a simulation starts this program. */
interface Parts {
  readonly 'harness-driver': typeof import('./driver');
  readonly 'harness-source': typeof import('./source');
  readonly 'harness-shell': typeof import('./shell/script');
}

export function part<Name extends keyof Parts>(name: Name): Parts[Name] {
  return createRequire(import.meta.url)(fileBeside(name)) as Parts[Name];
}

export function fileBeside(name: keyof Parts | 'harness-shell-worker'): string {
  return join(here, `${name}.js`);
}
