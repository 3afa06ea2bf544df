import { relationKey, type Sequence } from '../../model/catalog';
import type { RecoveryStep } from '../../model/simulation';
import type { State } from '../../model/state';
import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import { spokenKey, sqlName, sqlNameOfKey } from '../../rollback/names';
import { match } from '../../state/match';
import { isBehind } from '../../state/sequences';
import { sqlStep } from '../situation';

/** Sequences that would give a value that is taken, as `schema.name`. */
function behind(state: State): Set<string> {
  const increments = new Map(state.catalog.sequences.map((sequence) => [relationKey(sequence), BigInt(sequence.increment)]));
  return new Set(
    state.sequences.filter((position) => isBehind(position, increments.get(position.sequence) ?? 1n)).map((position) => position.sequence),
  );
}

/**
 * Sequences that are behind their columns, where they are not so in the state to reach, and those that are made anew for columns with
 * values; by the target's names: a sequence moves with the rows.
 */
export function toMove(partial: State, target: State): Sequence[] {
  const accepted = behind(target);
  const now = behind(partial);
  const { added, pairs } = match(partial.catalog.sequences, target.catalog.sequences, relationKey);
  const isInternal = (sequence: Sequence) => sequence.ownedBy?.internal === true;
  const anew = [...added, ...pairs.filter(([a, b]) => isInternal(a) !== isInternal(b)).map(([, b]) => b)];
  const lagging = pairs.filter(([a]) => now.has(relationKey(a))).map(([, b]) => b);
  const inUse = new Set(target.sequences.filter((position) => position.greatestInUse !== undefined).map((position) => position.sequence));
  return [...new Set([...lagging, ...anew.filter((sequence) => inUse.has(relationKey(sequence)))])].filter(
    (sequence) => sequence.ownedBy !== undefined && !accepted.has(relationKey(sequence)),
  );
}

/** Sets a sequence to the greatest value of its column. The third argument of setval makes the next value 1 on an empty table, not 2. */
export function moveToColumn(sequence: Sequence, why: string): RecoveryStep {
  const { table = '', column = '' } = sequence.ownedBy ?? {};
  const key = quoteIdentifier(column);
  return sqlStep(
    `Move sequence ${sequence.name} to the greatest ${spokenKey(table)}.${column}`,
    why,
    `SELECT setval(${quoteLiteral(sqlName(sequence))}, coalesce(max(${key}), 1), max(${key}) IS NOT NULL) FROM ${sqlNameOfKey(table)}`,
  );
}

export function sequenceSteps(partial: State, target: State): RecoveryStep[] {
  const why = 'It stands behind its column: the next insert would meet a value that is taken.';
  return toMove(partial, target).map((sequence) => moveToColumn(sequence, why));
}
