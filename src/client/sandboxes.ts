import type { EngineName } from '../model/engine';
import type { SandboxChoice } from '../protocol/panel';
import type { RunnerMessage, SandboxAvailability } from '../protocol/simulation';
import type { Output } from './output';
import { forkRunner, tell } from './runner-process';

const probeTimeoutMs = 8_000;

const labels: Partial<Record<SandboxChoice['name'], string>> = { embedded: 'Embedded server', docker: 'Docker' };

/** The sandboxes to choose from, with why one can't be used. Asks a runner, which starts nothing. */
export async function probeSandboxes(
  extensionPath: string,
  engine: { readonly name: EngineName; readonly version: number; readonly image?: string },
  output: Output,
): Promise<readonly SandboxChoice[]> {
  const found = await askRunner(extensionPath, engine, output);
  return Object.entries(labels).map(([name, label]) => {
    const unavailable = found?.find((sandbox) => sandbox.name === name)?.unavailable;
    return { name: name as SandboxChoice['name'], label, ...(unavailable === undefined ? {} : { unavailable }) };
  });
}

/** Undefined when the runner did not answer: then every sandbox is offered, and starting it says what is missing. */
function askRunner(
  extensionPath: string,
  engine: { readonly name: EngineName; readonly version: number; readonly image?: string },
  output: Output,
): Promise<readonly SandboxAvailability[] | undefined> {
  return new Promise((resolve) => {
    const child = forkRunner(extensionPath, output);
    const finish = (answer?: readonly SandboxAvailability[]): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(), probeTimeoutMs);
    child.on('message', (message: RunnerMessage) => {
      if (message.kind === 'sandboxes') finish(message.sandboxes);
    });
    child.once('error', () => finish());
    child.once('exit', () => finish());
    const image = engine.image === undefined ? {} : { image: engine.image };
    tell(child, { kind: 'probe', engine: engine.name, engineVersion: engine.version, ...image });
  });
}
