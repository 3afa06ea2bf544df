import { relationKey, type Sequence } from '../model/catalog';
import type { SequencePosition, State } from '../model/state';
import { isExplained, nextValue } from './sequences';

/** Where a sequence would stand without the numbers that were drawn for nothing. */
export interface VainDraw {
  /** `schema.name`. */
  readonly sequence: string;
  /** The table that counts by itself. */
  readonly countedBy?: string;
  /** The value that it gives next then. */
  readonly next: string;
}

/**
 * Sequences that stand further than before and further than their column needs: numbers that undone work has drawn, or that a crash has
 * skipped (manual, "Sequence Manipulation Functions": nextval is never rolled back). Ascending sequences that feed a column, and that the
 * migration does not move by itself, are told.
 */
export function drawnInVain(before: State, after: State | undefined, now: State): VainDraw[] {
  const then = positionIn(before);
  const goal = positionIn(after);
  const definitions = new Map(now.catalog.sequences.map((sequence) => [relationKey(sequence), sequence]));
  return now.sequences.flatMap((position) => {
    const { countedBy } = position;
    const definition = countedBy === undefined ? definitions.get(position.sequence) : selfCounting;
    const increment = BigInt(definition?.increment ?? 0);
    if (definition === undefined || increment <= 0n) return [];
    if (definition.ownedBy === undefined && countedBy === undefined && position.greatestInUse === undefined) return [];
    const named = { name: position.sequence, identity: definitions.get(position.sequence)?.identity };
    const earlier = then(named);
    if (isMoved(earlier, goal(named), increment)) return [];
    const from = earlier === undefined ? BigInt(definition.start) : nextValue(earlier, increment);
    const used = position.greatestInUse === undefined ? from : BigInt(position.greatestInUse.split('.')[0] || '0') + increment;
    const next = used > from ? used : from;
    return nextValue(position, increment) > next
      ? [{ sequence: position.sequence, next: String(next), ...(countedBy !== undefined && { countedBy }) }]
      : [];
  });
}

/** Finds where a sequence stands in a state, also under another name there. */
function positionIn(state: State | undefined) {
  const byName = new Map(state?.sequences.map((position) => [position.sequence, position]));
  const names = new Map(state?.catalog.sequences.map((sequence) => [sequence.identity, relationKey(sequence)]));
  return ({ name, identity }: { readonly name: string; readonly identity: string | undefined }): SequencePosition | undefined =>
    byName.get(names.get(identity ?? '') ?? name);
}

/** AUTO_INCREMENT. */
const selfCounting: Pick<Sequence, 'increment' | 'start' | 'ownedBy'> = { increment: '1', start: '1' };

/** The migration leaves it where neither the column nor the state before explains it. */
function isMoved(before: SequencePosition | undefined, after: SequencePosition | undefined, increment: bigint): boolean {
  if (after === undefined) return false;
  if (before === undefined) return after.isCalled && after.lastValue !== after.greatestInUse;
  const [from, to] = [nextValue(before, increment), nextValue(after, increment)];
  return from !== to && !isExplained(after, from, to);
}
