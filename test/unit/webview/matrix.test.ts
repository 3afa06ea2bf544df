import { describe, expect, it } from 'vitest';
import { buildMatrix } from '../../../webview/logic/matrix';
import { headerColumn, move, positionOf, reachable, tileAt } from '../../../webview/logic/navigation';
import { runOf, statement } from './runs';

const transactions = [{ index: 1, kind: 'framework', statements: [1, 2] }];
const statements = [statement(1, 1), statement(2, 1)];
const at = (kind: 'before' | 'during' | 'after' | 'commit', index: number) => ({ kind, statement: index });
const first = 'crash@before:1';

/** A transaction whose points before COMMIT all end alike, as they are planned: fault by fault, in the order of the execution. */
const inTransaction = runOf(statements, transactions, [
  { fault: 'error', point: { kind: 'start' }, impossible: 'Nothing is sent.' },
  { fault: 'error', point: at('before', 1), verdict: 'rolled-back' },
  { fault: 'error', point: at('after', 1), impossible: 'It has finished.' },
  { fault: 'error', point: at('before', 2), verdict: 'rolled-back' },
  { fault: 'error', point: at('after', 2), impossible: 'It has finished.' },
  { fault: 'crash', point: { kind: 'start' }, verdict: 'rolled-back' },
  { fault: 'crash', point: at('before', 1), verdict: 'rolled-back' },
  { fault: 'crash', point: at('after', 1), sameAs: first },
  { fault: 'crash', point: at('before', 2), sameAs: first },
  { fault: 'crash', point: at('after', 2), sameAs: first },
  { fault: 'crash', point: { kind: 'unrecorded' }, sameAs: first },
  { fault: 'crash', point: at('commit', 2), verdict: 'complete' },
  { fault: 'crash', point: { kind: 'unlock' } },
]);

describe('the matrix', () => {
  const matrix = buildMatrix(inTransaction);

  it('has a row for each statement and each point between, in the order of the execution', () => {
    expect(matrix.rows.map(({ key }) => key)).toEqual(['start', 'statement 1', 'statement 2', 'unrecorded', 'commit 2', 'unlock']);
    expect(matrix.faults.map(({ name }) => name)).toEqual(['error', 'crash']);
    expect(matrix.slots).toEqual(['before', 'after']);
  });

  it('draws neighbours that one run answers as one tile, with its result', () => {
    const [, , rowTwo] = matrix.rows;
    expect(rowTwo?.tiles.map(({ start, span, view }) => [start, span, view.kind])).toEqual([
      [0, 1, 'done'],
      [1, 1, 'impossible'],
      [2, 2, 'done'],
    ]);
  });

  it('brackets the transaction up to its COMMIT', () => {
    expect(matrix.rows.map(({ bracket }) => bracket && [bracket.index, bracket.first, bracket.last])).toEqual([
      undefined,
      [1, true, false],
      [1, false, false],
      [1, false, false],
      [1, false, true],
      undefined,
    ]);
  });

  it('takes up points and faults that it was not written for', () => {
    const run = runOf(statements, transactions, [
      { fault: 'deadlock', point: at('during', 2), verdict: 'broken' },
      { fault: 'disk-full', point: at('during', 2), verdict: 'broken' },
    ]);
    const wide = buildMatrix(run);
    expect(wide.slots).toEqual(['during']);
    expect(wide.faults.map(({ label }) => label)).toEqual(['deadlock', 'disk full']);
    expect(wide.rows.map(({ key }) => key).sort()).toEqual(['statement 1', 'statement 2']);
  });
});

describe('moving in the matrix', () => {
  const matrix = buildMatrix(inTransaction);

  it('finds a cell, also one inside a wide tile', () => {
    expect(positionOf(matrix, 'crash@after:2')).toEqual({ row: 2, column: 2 });
    expect(tileAt(matrix, { row: 2, column: 3 })?.cells.map(({ id }) => id)).toEqual(['crash@before:2', 'crash@after:2']);
  });

  it('steps over a wide tile at once, and stops at the ends', () => {
    expect(move(matrix, { row: 1, column: 1 }, 'ArrowRight', false)).toEqual({ row: 1, column: 2 });
    expect(move(matrix, { row: 1, column: 3 }, 'ArrowRight', false)).toEqual({ row: 1, column: 2 });
    expect(move(matrix, { row: 1, column: 0 }, 'ArrowLeft', false)).toEqual({ row: 1, column: headerColumn });
    expect(move(matrix, { row: 0, column: 3 }, 'ArrowUp', false)).toEqual({ row: 0, column: 3 });
    expect(move(matrix, { row: 1, column: 0 }, 'End', true)).toEqual({ row: 5, column: 2 });
    expect(move(matrix, { row: 1, column: 0 }, 'Tab', false)).toBeUndefined();
  });

  it('lands on what is there', () => {
    expect(reachable(matrix, { row: 0, column: headerColumn })).toEqual({ row: 0, column: 0 });
    expect(reachable(matrix, { row: 5, column: 0 })).toEqual({ row: 5, column: 2 });
    expect(reachable(matrix, { row: 1, column: headerColumn })).toEqual({ row: 1, column: headerColumn });
  });
});
