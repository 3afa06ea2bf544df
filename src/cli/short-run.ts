import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/**
 * The parser's WebAssembly is not compiled for a second time. What the optimizing compiler makes of it beside the program takes a fifth of
 * all processor time of linting 1,000 migrations, and gains that back with some 5,000 (measured on Node 20).
 */
const compileOnce = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
const asUsual = ['--wasm-tier-up', '--wasm-dynamic-tiering'];

/** Major versions of Node that know these settings: V8 complains aloud of one that it does not know. */
const known: ReadonlySet<string> = new Set(['20', '22', '24']);

/**
 * Makes V8 spend less on code that will not run for long. To be called when Node's own modules are loaded, and before the WebAssembly is:
 * what Node has compiled of its modules holds for V8's usual settings alone. Gives what takes the settings back, which has to be done
 * before compiled code is kept for the next start; it says whether they are the usual ones again.
 */
export function expectShortRun(): () => boolean {
  if (!known.has(process.versions.node.split('.', 1)[0] ?? '')) return () => true;
  const usual = cachedDataVersionTag();
  for (const setting of compileOnce) setFlagsFromString(setting);
  return () => {
    for (const setting of asUsual) setFlagsFromString(setting);
    return cachedDataVersionTag() === usual;
  };
}
