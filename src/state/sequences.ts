import { relationKey } from '../model/catalog';
import type { SequencePosition, State } from '../model/state';

/** What a fingerprint compares a state with: sequences are judged by how they stand to these. */
export interface Reference {
  readonly before: State;
  /** Absent when the migration fails by itself. */
  readonly after?: State;
}

/** True when the next value would be one that the column has already. Positions only grow here: descending sequences are not judged. */
export function isBehind(position: SequencePosition, increment: bigint): boolean {
  if (position.greatestInUse === undefined || increment < 0n) return false;
  return nextValue(position, increment) <= BigInt(wholePart(position.greatestInUse));
}

/** What nextval would give. */
export function nextValue(position: SequencePosition, increment: bigint): bigint {
  return BigInt(position.lastValue) + (position.isCalled ? increment : 0n);
}

/** `12.5` of a numeric column as `12`. */
function wholePart(value: string): string {
  return value.split('.')[0] || '0';
}

/**
 * A sequence's part in the fingerprint. Sequences do not roll back, and after a crash they may jump ahead by up to 32 (access/xlog: each
 * WAL record covers 32 values), so their value means nothing by itself. What counts: does it give a value that is taken already? And
 * where the migration moves it on purpose (RESTART, setval): has that been done?
 */
export function sequenceTokens(state: State, reference: Reference | undefined): Record<string, string> {
  const moves = reference === undefined ? new Map<string, Move>() : movedOnPurpose(reference);
  const increments = new Map(state.catalog.sequences.map((sequence) => [relationKey(sequence), BigInt(sequence.increment)]));
  const tokens: Record<string, string> = {};
  for (const position of state.sequences) {
    const increment = increments.get(position.sequence) ?? 1n;
    const move = moves.get(position.sequence);
    const moved = move === undefined ? '' : hasMoved(nextValue(position, increment), move) ? ', moved' : ', not moved';
    tokens[position.sequence] = `${isBehind(position, increment) ? 'behind' : 'clear'}${moved}`;
  }
  return tokens;
}

interface Move {
  readonly from: bigint;
  readonly to: bigint;
}

/** Sequences that stand elsewhere after the migration than before it, where the values in the column do not explain it. */
function movedOnPurpose(reference: Reference): Map<string, Move> {
  const moves = new Map<string, Move>();
  const before = new Map(reference.before.sequences.map((position) => [position.sequence, position]));
  const increments = new Map(
    (reference.after ?? reference.before).catalog.sequences.map((sequence) => [relationKey(sequence), BigInt(sequence.increment)]),
  );
  for (const after of reference.after?.sequences ?? []) {
    const earlier = before.get(after.sequence);
    if (earlier === undefined) continue;
    const increment = increments.get(after.sequence) ?? 1n;
    const [from, to] = [nextValue(earlier, increment), nextValue(after, increment)];
    if (from !== to && !isExplained(after, from, to)) moves.set(after.sequence, { from, to });
  }
  return moves;
}

/**
 * Do the values in its column explain that a sequence went on from `from` to `to`? A table that counts by itself takes numbers for an INSERT of many rows
 * in blocks of 1, 2, 4 ... and keeps what is left of the last one (MySQL manual, AUTO_INCREMENT Handling in InnoDB: bulk inserts).
 */
export function isExplained({ isCalled, lastValue, greatestInUse, countedBy }: SequencePosition, from: bigint, to: bigint): boolean {
  if (isCalled && lastValue === greatestInUse) return true;
  if (countedBy === undefined || greatestInUse === undefined) return false;
  const needed = BigInt(wholePart(greatestInUse)) + 1n - from;
  return needed > 0n && to - from <= 2n * needed;
}

/** Ahead of the goal is as good as at it: numbers may be drawn afterwards. Backwards, anything below where it came from is a move. */
function hasMoved(position: bigint, move: Move): boolean {
  return move.to > move.from ? position >= move.to : position < move.from;
}
