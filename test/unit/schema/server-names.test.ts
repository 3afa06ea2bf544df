import { describe, expect, it } from 'vitest';
import { chooseName, indexColumnNames, joinColumnNames, makeObjectName } from '../../../src/schema/server-names';

describe('names that the server chooses', () => {
  it('join table, columns and label', () => {
    expect(makeObjectName('orders', undefined, 'pkey')).toBe('orders_pkey');
    expect(makeObjectName('orders', joinColumnNames(['a', 'b']), 'key')).toBe('orders_a_b_key');
  });

  it('are cut to 63 bytes, the longer part first, and never inside a character', () => {
    const long = makeObjectName('t'.repeat(60), 'c'.repeat(10), 'idx');
    expect(long).toBe(`${'t'.repeat(48)}_${'c'.repeat(10)}_idx`);
    expect(new TextEncoder().encode(makeObjectName('ü'.repeat(40), 'ö'.repeat(40), 'key')).length).toBeLessThanOrEqual(63);
  });

  it('get a number when they are taken', () => {
    const taken = new Set(['a_b_idx', 'a_b_idx1']);
    expect(chooseName('a', 'b', 'idx', (name) => taken.has(name))).toBe('a_b_idx2');
  });

  it('call expressions by their function', () => {
    const isColumn = (key: string) => ['a', 'b'].includes(key);
    expect(indexColumnNames(['a', 'lower(a)', 'lower(b)', 'a || b', '(a)::date', 'pg_catalog.upper(a)'], isColumn)).toEqual([
      'a',
      'lower',
      'lower1',
      'expr',
      'a1',
      'upper',
    ]);
  });
});
