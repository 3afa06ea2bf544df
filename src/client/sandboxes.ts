import type { EngineName } from '../model/engine';
import type { SandboxChoice } from '../protocol/panel';
import type { RunnerMessage, SandboxAvailability } from '../protocol/simulation';
import type { Output } from './output';
import { forkRunner, tell } from './runner-process';

const probeTimeoutMs = 8_000;

const labels: Record<SandboxChoice['name'], string> = { embedded: 'Embedded server', docker: 'Docker', local: 'Installed server' };

/** What is offered while nothing was found out yet: starting it says what is missing. */
const unprobed: readonly SandboxAvailability[] = [{ name: 'embedded' }, { name: 'docker' }];

/** The sandboxes to choose from. An installed server is offered where there is one; nobody needs to hear that there is none. */
export function sandboxChoices(found: readonly SandboxAvailability[] = unprobed): readonly SandboxChoice[] {
  return found
    .filter(({ name, unavailable }) => name !== 'local' || unavailable === undefined)
    .map((sandbox) => ({ ...sandbox, label: labels[sandbox.name] }));
}

/** The same, with why one can't be used on this machine. Asks a runner, which starts nothing. */
export async function probeSandboxes(extensionPath: string, engine: ProbedEngine, output: Output): Promise<readonly SandboxChoice[]> {
  return sandboxChoices(await askRunner(extensionPath, engine, output));
}

interface ProbedEngine {
  readonly name: EngineName;
  readonly version: string;
  readonly image?: string;
}

/** Undefined when the runner did not answer in time. */
function askRunner(extensionPath: string, engine: ProbedEngine, output: Output): Promise<readonly SandboxAvailability[] | undefined> {
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
