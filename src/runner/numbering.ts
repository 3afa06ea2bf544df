import { drawnInVain } from '../state/drawn';
import type { Laboratory } from './laboratory';
import type { Trace } from './trace';
import type { HeldState } from './twice';

/**
 * Puts sequences back that undone work, or a crash, has moved ahead: what is inserted from here on then gets the numbers that it has in a
 * run without a fault, and can be compared with it. A gap in the numbers is no difference by itself; a fingerprint does not show it.
 * @param completed number of leading statements that stay. Where one of them removes rows, or moves a sequence by itself, nobody can tell what
 *   was drawn in vain.
 */
export async function putNumbersBack(laboratory: Laboratory, trace: Trace, partial: HeldState, completed: number): Promise<void> {
  const draws = drawnInVain(trace.before, trace.after, partial.state);
  if (draws.length === 0 || removesRows(trace, completed) || movesSequences(trace, completed)) return;
  await laboratory.engine.putNumbersBack(laboratory.sandbox.address(partial.database), draws);
}

function removesRows({ migration }: Trace, completed: number): boolean {
  return migration.up.statements
    .slice(0, completed)
    .some(({ operations }) => operations.some(({ kind }) => kind === 'delete' || kind === 'truncate' || kind === 'merge'));
}

/** A word of that kind that means something else only leaves the numbers as they are. */
function movesSequences({ migration }: Trace, completed: number): boolean {
  return migration.up.statements.slice(0, completed).some(({ sent }) => /\b(setval|restart)\b/i.test(sent));
}
