import { engineLabel, engineOf } from '../../../src/model/engine';
import type { Sandbox, SandboxOptions } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** The servers that claims are proven on. */
export const servers = (['mysql', 'mariadb'] as const).map((name) => {
  const engine = engineOf(name, undefined);
  if (engine === undefined) throw new Error(`${name} has no newest version`);
  return { name, engine, label: engineLabel(engine) };
});

export type ServerUnderTest = (typeof servers)[number];

/** Starts one of them in a container, or fails the test with the reason. */
export async function startServer({ engine }: ServerUnderTest, more: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const options = { engine, onProgress: () => undefined, signal: new AbortController().signal, ...more };
  const started = await sandboxProviders.docker.start(options);
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}
