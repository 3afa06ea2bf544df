import { defaultEngine } from '../../src/model/engine';
import type { Sandbox } from '../../src/model/sandbox';
import { sandboxProviders } from '../../src/sandbox/providers';
import type { SuiteCase } from './case';

/** Every file of `cases`, by its name. */
export const cases: Readonly<Record<string, SuiteCase>> = Object.fromEntries(
  Object.entries(import.meta.glob<SuiteCase>('./cases/*.ts', { eager: true, import: 'default' })).map(([path, suiteCase]) => [
    path.replace(/^.*\/|\.ts$/g, ''),
    suiteCase,
  ]),
);

/** The case of this name. */
export function caseNamed(name: string): SuiteCase {
  const found = cases[name];
  if (found === undefined) throw new Error(`The suite has no case ${name}.`);
  return found;
}

/** A server for many cases; the caller disposes of it. */
export async function startSuiteSandbox(smallDisk = false): Promise<Sandbox> {
  const signal = new AbortController().signal;
  const started = await sandboxProviders.embedded.start({ engine: defaultEngine, smallDisk, onProgress: () => undefined, signal });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}
