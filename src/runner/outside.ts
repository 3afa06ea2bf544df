import { shorten } from '../faults/story';
import type { FoundReach } from '../plan/outside/guard';

/** Why a simulation does not begin, in one line for the user. `place`: where the statement stands. */
export function outsideMessage({ statement, does, whose }: FoundReach, place: string): string {
  const found = `${place}: ${shorten(statement.text)} ${does}${whose === 'machine' ? ' on this machine' : ''}, outside of the sandbox. A simulation would really do that, many times, so nothing was run.`;
  return whose === 'machine'
    ? `${found} Use --sandbox docker, where it reaches only the container.`
    : `${found} No sandbox holds it back: simulate a copy of the migration without this statement, or give the state behind it with --before FILE.`;
}
