import { describe, expect, it } from 'vitest';
import { emptyCatalog, type Sequence } from '../../../src/model/catalog';
import type { SequencePosition, State } from '../../../src/model/state';
import { drawnInVain } from '../../../src/state/drawn';

function state(position: Partial<SequencePosition> | undefined, definition: Partial<Sequence> = {}): State {
  const sequence = {
    schema: 'public',
    name: 'orders_id_seq',
    start: '1',
    increment: '1',
    ownedBy: { table: 'public.orders', column: 'id', internal: true },
    ...definition,
  } as unknown as Sequence;
  const sequences = position === undefined ? [] : [{ sequence: 'public.orders_id_seq', lastValue: '20', isCalled: true, ...position }];
  return {
    catalog: { ...emptyCatalog, sequences: position === undefined ? [] : [sequence] },
    data: [],
    sequences,
    bookkeeping: [],
    sessions: [],
    preparedTransactions: [],
  };
}

const before = state({ greatestInUse: '20' });
const after = state({ lastValue: '40', greatestInUse: '40' });

describe('numbers drawn in vain', () => {
  it('are those of work that was undone', () => {
    expect(drawnInVain(before, after, state({ lastValue: '40', greatestInUse: '20' }))).toEqual([
      { sequence: 'public.orders_id_seq', next: '21' },
    ]);
  });

  it('are those that a crash has skipped behind work that stays', () => {
    expect(drawnInVain(before, after, state({ lastValue: '62', greatestInUse: '30' }))).toEqual([
      { sequence: 'public.orders_id_seq', next: '31' },
    ]);
  });

  it('are none where every number is in use, or was gone before', () => {
    expect(drawnInVain(before, after, after)).toEqual([]);
    const gap = state({ lastValue: '500', greatestInUse: '20' });
    expect(drawnInVain(gap, state({ lastValue: '520', greatestInUse: '520' }), gap)).toEqual([]);
  });

  it('are none where the migration moves the sequence by itself', () => {
    const moved = state({ lastValue: '9000', isCalled: false, greatestInUse: '20' });
    expect(drawnInVain(before, moved, moved)).toEqual([]);
  });

  it('are none where it moves one that it renames later', () => {
    const early = state({ greatestInUse: '20' }, { identity: '7' });
    const partial = state({ lastValue: '9000', isCalled: false, greatestInUse: '20' }, { identity: '7' });
    const late = state(
      { sequence: 'public.order_numbers', lastValue: '9000', isCalled: false, greatestInUse: '20' },
      { identity: '7', name: 'order_numbers' },
    );
    expect(drawnInVain(early, late, partial)).toEqual([]);
  });

  it('start at the start for a sequence that is new', () => {
    expect(drawnInVain(state(undefined), after, state({ lastValue: '33' }))).toEqual([{ sequence: 'public.orders_id_seq', next: '1' }]);
  });

  it('are not told of descending sequences, nor of those that feed no column', () => {
    expect(drawnInVain(before, after, state({ lastValue: '40', greatestInUse: '20' }, { increment: '-1' }))).toEqual([]);
    expect(drawnInVain(before, after, state({ lastValue: '40' }, { ownedBy: undefined } as unknown as Partial<Sequence>))).toEqual([]);
  });
});
