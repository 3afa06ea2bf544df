import { describe, expect, it } from 'vitest';
import { type RowHeap, rowsWrittenTwice } from '../../../src/faults/applied-twice';

const heap = (...rows: readonly string[]): RowHeap => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
};
const twice = (before: readonly string[], partial: readonly string[], after: readonly string[], retried: readonly string[]) =>
  rowsWrittenTwice({ before: heap(...before), partial: heap(...partial), after: heap(...after), retried: heap(...retried) });

describe('rows written twice', () => {
  it('are those that were raised, and raised again', () => {
    expect(twice(['a 1', 'b 1'], ['a 2', 'b 2'], ['a 2', 'b 2'], ['a 3', 'b 3'])).toBe(2);
  });

  it('are those of the batches that were done', () => {
    expect(twice(['a 1', 'b 1'], ['a 2', 'b 1'], ['a 2', 'b 2'], ['a 3', 'b 2'])).toBe(1);
  });

  it('are those that were inserted once more, alike or under another number', () => {
    expect(twice([], ['x'], ['x'], ['x', 'x'])).toBe(1);
    expect(twice([], ['1 x', '2 y'], ['1 x', '2 y'], ['1 x', '2 y', '3 x', '4 y'])).toBe(2);
  });

  it('are not there when the retry writes what was not written yet, or the same again', () => {
    expect(twice(['a 1', 'b 1'], ['a 2', 'b 1'], ['a 2', 'b 2'], ['a 2', 'b 2'])).toBe(0);
    expect(twice(['a 1'], ['a 1'], ['a 2'], ['a 5'])).toBe(0);
  });

  it('are no half that was done wrongly: what was written is not what is there after', () => {
    expect(twice(['a note'], ['a -'], ['a note'], ['a -'])).toBe(0);
    expect(twice(['a 1'], ['a 7'], ['a 2'], ['a 8'])).toBe(0);
  });

  it('are not those that a retry merely left out', () => {
    expect(twice([], ['x'], ['x', 'y'], ['x'])).toBe(0);
  });
});
