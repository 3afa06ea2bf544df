import { describe, expect, test } from 'vitest';
import { fingerprint, physicalFingerprint } from '../../../src/state/fingerprint';
import { hash128 } from '../../../src/state/hash';
import { catalog, column, data, state, table, withSequence } from './states';

test('the hash is MurmurHash3_x86_128: values of the reference implementation', () => {
  expect(hash128('')).toBe('00000000000000000000000000000000');
  expect(hash128('a')).toBe('a794933c5556b01b5556b01b5556b01b');
  expect(hash128('Hello, world!')).toBe('26acdba7f0638dfc402b42630afdd4c3');
  expect(hash128('The quick brown fox jumps over the lazy dog')).toBe('2f1583c3ecee2c675d7bf66ce5e91d2c');
  expect(hash128('héllo 🎉 0123456789')).toBe('5196ebdbdf419016adcf36f203683959');
});

describe('equal states', () => {
  const one = state({ catalog: catalog({ tables: [table('1', 'a'), table('2', 'b')] }), data: [data('a', 1), data('b', 2)] });

  test('whatever their identities and physical order', () => {
    const columns = [column('7', 'note', { type: 'text' }), column('8', 'id')];
    const other = state({
      catalog: catalog({ tables: [table('22', 'b'), table('11', 'a', { columns })] }),
      data: [data('b', 2), data('a', 1)],
    });
    expect(fingerprint(other)).toBe(fingerprint(one));
  });

  test('sessions are judged apart', () => {
    const open = { ...one, sessions: [{ pid: 1, state: 'idle in transaction', query: '', locks: [] }] };
    expect(fingerprint(open)).toBe(fingerprint(one));
  });

  test.each([
    ['a value', { ...one, data: [data('a', 1, '9'), data('b', 2)] }],
    ['a row count', { ...one, data: [data('a', 4), data('b', 2)] }],
    ['a column', { ...one, catalog: catalog({ tables: [table('1', 'a', { columns: [column('1', 'id')] }), table('2', 'b')] }) }],
    ['a name', { ...one, catalog: catalog({ tables: [table('1', 'c'), table('2', 'b')] }) }],
    ['row security', { ...one, catalog: catalog({ tables: [table('1', 'a', { rowSecurity: 'forced' }), table('2', 'b')] }) }],
  ])('%s makes them differ', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(one));
    expect(physicalFingerprint(other)).not.toBe(physicalFingerprint(one));
  });

  test('bookkeeping and prepared transactions are no part of the physical state', () => {
    const recorded = { ...one, bookkeeping: [{ table: 'public.history', rows: [{ version: '1' }] }], preparedTransactions: ['x'] };
    expect(fingerprint(recorded)).not.toBe(fingerprint(one));
    expect(physicalFingerprint(recorded)).toBe(physicalFingerprint(one));
  });

  test('the order of an enum is part of the schema', () => {
    const type = (labels: string[]) => ({ identity: '5', schema: 'public', name: 'mood', kind: 'enum' as const, labels, definition: '' });
    const [first, second] = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((labels) => fingerprint(state({ catalog: catalog({ types: [type(labels)] }) })));
    expect(first).not.toBe(second);
  });
});

describe('sequences', () => {
  const before = withSequence('3', '3');

  test('a jump ahead is the same state', () => {
    expect(fingerprint(withSequence('35', '3'), { before })).toBe(fingerprint(before, { before }));
  });

  test('one that is behind its column is not', () => {
    expect(fingerprint(withSequence('2', '3'), { before })).not.toBe(fingerprint(before, { before }));
  });

  test('one that the migration moves must have been moved', () => {
    const after = { ...withSequence('1000', '3'), data: [data('t', 3, '2')] };
    const reference = { before, after };
    const notMoved = { ...after, sequences: before.sequences };
    expect(fingerprint(notMoved, reference)).not.toBe(fingerprint(after, reference));
    expect(fingerprint({ ...after, sequences: withSequence('1040', '3').sequences }, reference)).toBe(fingerprint(after, reference));
  });

  test('a rolled back transaction leaves it moved, and is before all the same', () => {
    const after = { ...withSequence('1000', '3'), data: [data('t', 3, '2')] };
    const rolledBack = { ...before, sequences: after.sequences };
    expect(fingerprint(rolledBack, { before, after })).toBe(fingerprint(before, { before, after }));
  });

  test('a migration that only moves a sequence is told apart', () => {
    const after = withSequence('1000', '3');
    expect(fingerprint(after, { before, after })).not.toBe(fingerprint(before, { before, after }));
  });
});
