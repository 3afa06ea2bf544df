import { expect, test } from 'vitest';
import type { Statement } from '../../../src/model/migration';
import type { Operation } from '../../../src/model/operation';
import { emptiedUnlogged } from '../../../src/recovery/modes/emptied-unlogged';
import type { RecoverySituation } from '../../../src/recovery/situation';
import { catalog, data, state, table } from '../state/states';

const rates = { name: 'rates', schema: 'public' };

/** What is run again after a crash has emptied the unlogged table that these kinds of statement have written to. */
function again(...kinds: readonly ('insert' | 'update' | 'truncate')[]): readonly string[] {
  const statements = kinds.map((kind, position): Partial<Statement> => {
    const operation = kind === 'truncate' ? { kind, tables: [rates] } : { kind, table: rates };
    return { index: position + 1, sent: kind, operations: [operation as unknown as Operation] };
  });
  const catalogOf = (persistence: 'permanent' | 'unlogged') => catalog({ tables: [table('1', 'rates', { persistence })] });
  const situation = {
    before: state({ catalog: catalogOf('permanent'), data: [data('rates', 20)] }),
    partial: state({ catalog: catalogOf('unlogged'), data: [data('rates', 0)] }),
    migration: { up: { statements } },
    completed: kinds.length,
  };
  return emptiedUnlogged.forward(situation as unknown as RecoverySituation).map(({ text }) => text);
}

test('what filled an emptied table is run again, and what changed its rows afterwards', () => {
  expect(again('truncate', 'insert', 'update')).toEqual(['insert;', 'update;']);
});

test('what only changed the rows of a table is not: there are none any more', () => {
  expect(again('update')).toEqual([]);
});
