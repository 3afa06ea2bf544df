import { type EngineName, isMysqlFamily } from '../model/engine';
import type { SandboxChoice } from '../protocol/panel';
import type { RunnerMessage, SandboxAvailability } from '../protocol/simulation';
import type { Output } from './output';
import { forkRunner, tell } from './runner-process';
import { inPanelWords, sandboxLabels, withoutAlternatives } from './sandbox-words';

const probeTimeoutMs = 8_000;

/** What is offered while nothing was found out yet: starting it says what is missing. */
const unprobed: readonly SandboxAvailability[] = [{ name: 'embedded' }, { name: 'docker' }];

/**
 * The sandboxes to choose from. Nobody needs to hear that no MySQL and MariaDB are embedded; nor that no server is installed, unless there
 * is nothing else: then installing one is a way.
 */
export function sandboxChoices(engine: EngineName, found: readonly SandboxAvailability[] = unprobed): readonly SandboxChoice[] {
  const possible = found.filter(({ name }) => name !== 'embedded' || !isMysqlFamily({ name: engine }));
  const anyUsable = possible.some(({ unavailable }) => unavailable === undefined);
  return possible
    .filter(({ name, unavailable }) => name !== 'local' || unavailable === undefined || !anyUsable)
    .map(({ name, unavailable }) => ({
      name,
      label: sandboxLabels[name],
      ...(unavailable !== undefined && { unavailable: inPanelWords(withoutAlternatives(unavailable)) }),
    }));
}

/** The same, with why one can't be used on this machine. Asks a runner, which starts nothing. */
export async function probeSandboxes(extensionPath: string, engine: ProbedEngine, output: Output): Promise<readonly SandboxChoice[]> {
  return sandboxChoices(engine.name, await askRunner(extensionPath, engine, output));
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
