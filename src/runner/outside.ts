import { shorten } from '../faults/story';
import { readText } from '../parse/read';
import { type FoundReach, OutsideGuard } from '../plan/outside/guard';
import type { Laboratory } from './laboratory';

/** Why a simulation does not begin, in one line for the user. `place`: where the statement stands. */
export function outsideMessage({ statement, does, whose }: FoundReach, place: string): string {
  const found = `${place}: ${shorten(statement.text)} ${does}${whose === 'machine' ? ' on this machine' : ''}, outside of the sandbox. A simulation would really do that, many times, so it was not run.`;
  return whose === 'machine'
    ? `${found} Use --sandbox docker, where it reaches only the container.`
    : `${found} No sandbox holds it back: simulate a copy of the migration without this statement, or give the state behind it with --before FILE.`;
}

/** Says of each text that a command sends, in order, why it must not reach the server: what it would do outside of the sandbox. */
export function outsideRefusal({ sandbox }: Laboratory): (text: string) => string | undefined {
  const { engine, providerName } = sandbox;
  const guard = new OutsideGuard(engine, providerName);
  return (text) => {
    const found = guard.first(readText(text, engine));
    return found && outsideMessage(found, 'The command');
  };
}
