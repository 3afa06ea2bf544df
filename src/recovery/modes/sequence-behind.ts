import { relationKey, type Sequence } from '../../model/catalog';
import type { RecoveryStep } from '../../model/simulation';
import type { State } from '../../model/state';
import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import { spokenKey, sqlName, sqlNameOfKey } from '../../rollback/names';
import { match } from '../../state/match';
import { sequenceTokens } from '../../state/sequences';
import { gives } from '../check';
import { moveToColumn, sequenceSteps, toMove } from '../postgres/sequences';
import { type RecoverySituation, sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface LaggingSequence extends Finding {
  readonly sequence: Sequence;
}

/** A sequence that gives a value which its column has: rows came with keys of their own, or the sequence is new. */
export const sequenceBehind = defineMode<LaggingSequence>({
  name: 'sequence behind its column',
  place: 'last',
  detect: ({ before, after, partial }) =>
    [...new Set([before, ...(after === undefined ? [] : [after])].flatMap((target) => toMove(partial, target)))].map((sequence) => {
      const { table = '', column = '' } = sequence.ownedBy ?? {};
      return {
        sequence,
        object: sequence.name,
        detail: `Its next value is taken in ${spokenKey(table)}.${column}, or will be once it is made anew.`,
        query: `SELECT last_value, is_called, (SELECT max(${quoteIdentifier(column)}) FROM ${sqlNameOfKey(table)}) FROM ${sqlName(sequence)};`,
      };
    }),
  back: (_, { partial, before }) => sequenceSteps(partial, before),
  // The statements may move it themselves, and elsewhere.
  trial: 'fallback',
  forward: (_, { partial, after }) => (after === undefined ? [] : sequenceSteps(partial, after)),
  // Whether a sequence gives a free value is among the checks of its table.
  validate: () => [],
});

interface MovedSequence extends Finding {
  readonly sequence: Sequence;
  readonly position: { readonly lastValue: string; readonly isCalled: boolean };
}

/** Sequences that the migration moves on purpose, and that stand where the target does not have them. setval is never rolled back. */
function misplaced({ before, after, partial }: RecoverySituation, target: State | undefined): MovedSequence[] {
  if (after === undefined || target === undefined) return [];
  const reference = { before, after };
  const wanted = sequenceTokens(target, reference);
  const found = sequenceTokens(partial, reference);
  return match(partial.catalog.sequences, target.catalog.sequences, relationKey).pairs.flatMap(([now, sequence]) => {
    const [isNow, goal] = [found[relationKey(now)], wanted[relationKey(sequence)]];
    const position = target.sequences.find((entry) => entry.sequence === relationKey(sequence));
    const differs =
      / moved$/.test(isNow ?? '') && / moved$/.test(goal ?? '') && isNow?.endsWith('not moved') !== goal?.endsWith('not moved');
    if (!differs || position === undefined) return [];
    return [
      {
        sequence,
        position,
        object: sequence.name,
        detail: 'setval or RESTART has moved it, and is not undone by a rollback.',
        query: `SELECT last_value, is_called FROM ${sqlName(sequence)};`,
      },
    ];
  });
}

/** The position of the simulation means nothing elsewhere: where the column tells the position, the column is asked. */
function putBack({ sequence, position }: MovedSequence, target: State): RecoveryStep {
  const greatest = target.sequences.find((entry) => entry.sequence === relationKey(sequence))?.greatestInUse;
  if (sequence.ownedBy !== undefined && position.isCalled && greatest === position.lastValue)
    return moveToColumn(sequence, 'It stood at the greatest value of its column.');
  return sqlStep(
    `Set sequence ${sequence.name} to where it stood`,
    'It stood there in this simulation: on another database look up where.',
    `SELECT setval(${quoteLiteral(sqlName(sequence))}, ${position.lastValue}, ${position.isCalled})`,
  );
}

/** A sequence that was moved alone, by setval or RESTART. */
export const sequenceMoved = defineMode<MovedSequence>({
  name: 'sequence moved',
  place: 'last',
  detect: (situation) => [...misplaced(situation, situation.before), ...misplaced(situation, situation.after)],
  back: (_, situation) => misplaced(situation, situation.before).map((found) => putBack(found, situation.before)),
  forward: () => [],
  validate: (_, situation, way) => {
    if (way === 'forward') return [];
    return misplaced(situation, situation.before).map(({ sequence, position }) =>
      gives(`${sequence.name} stands where it stood`, `SELECT last_value FROM ${sqlName(sequence)}`, position.lastValue),
    );
  },
});
