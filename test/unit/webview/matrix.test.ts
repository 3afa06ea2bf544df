import { describe, expect, it } from 'vitest';
import { filtered, folded, matches } from '../../../webview/logic/filter';
import { impossibleGroups, ranges } from '../../../webview/logic/impossible';
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
      [1, 2, 'done'],
    ]);
  });

  it('gives a fault narrow columns only for the points at which it can strike, and tells the rest with the reason', () => {
    expect(matrix.faults.map(({ name, slots, start }) => [name, slots, start])).toEqual([
      ['error', ['before'], 0],
      ['crash', ['before', 'after'], 1],
    ]);
    expect(impossibleGroups(inTransaction).map(({ label, where, why, count }) => [label, where, why, count])).toEqual([
      ['error', 'before anything was sent', 'Nothing is sent.', 1],
      ['error', 'after statements 1, 2', 'It has finished.', 2],
    ]);
    const elsewhere = runOf(
      statements,
      transactions,
      [1, 2].map((index) => ({
        fault: 'deadlock' as const,
        point: at('before', index),
        impossible: `It strikes inside: see during ${index}.`,
      })),
    );
    expect(impossibleGroups(elsewhere).map(({ where, why }) => [where, why])).toEqual([
      ['before statements 1, 2', 'It strikes inside: see during k.'],
    ]);
    expect(ranges([4, 1, 2, 3, 7, 8, 10])).toBe('1 to 4, 7, 8, 10');
  });

  it('sets faults of a statement itself apart, and shows nothing of them between statements', () => {
    const run = runOf(statements, transactions, [
      { fault: 'deadlock', point: { kind: 'start' }, impossible: 'No statement runs.' },
      { fault: 'deadlock', point: at('before', 1), impossible: 'No statement runs.' },
      { fault: 'deadlock', point: at('during', 1), verdict: 'broken' },
      { fault: 'crash', point: { kind: 'start' }, verdict: 'rolled-back' },
      { fault: 'crash', point: at('before', 1), verdict: 'broken' },
    ]);
    const { faults, rows } = buildMatrix(run);
    expect(faults.map(({ name, group, slots }) => [name, group, slots])).toEqual([
      ['crash', 'anywhere', ['before']],
      ['deadlock', 'inside', ['during']],
    ]);
    expect(rows.find(({ key }) => key === 'start')?.tiles.map(({ cells }) => cells[0]?.id)).toEqual(['crash@start']);
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

describe('a long matrix', () => {
  const many = [1, 2, 3, 4, 5].map((index) => statement(index, 1));
  const run = runOf(
    many,
    [{ index: 1, kind: 'framework', statements: [1, 2, 3, 4, 5] }],
    many.map(({ index }) => ({ fault: 'crash', point: at('before', index), verdict: index === 5 ? 'broken' : 'rolled-back' })),
  );
  const matrix = buildMatrix(run);

  it('folds statements of one transaction that end alike, and unfolds them', () => {
    const closed = folded(matrix, new Set());
    expect(closed.rows.map(({ key, bracket }) => [key, bracket?.first, bracket?.last])).toEqual([
      ['statement 1', true, false],
      ['statement 5', false, true],
    ]);
    expect([...closed.folds.values()]).toEqual([{ key: 'statement 1', first: 1, last: 4, count: 4, pending: false }]);
    const unrun = folded(buildMatrix({ ...run, results: {} }), new Set());
    expect([...unrun.folds.values()]).toEqual([{ key: 'statement 1', first: 1, last: 5, count: 5, pending: true }]);
    expect(folded(matrix, new Set(['statement 1'])).rows).toHaveLength(5);
    const alone = {
      ...matrix,
      rows: matrix.rows.map((row) => ({ ...row, bracket: { index: 1, kind: 'autocommit', first: true, last: true } })),
    };
    expect(folded(alone, new Set()).folds.size).toBe(0);
  });

  it('is looked through for one verdict', () => {
    expect(filtered(matrix, 'broken').rows.map(({ key }) => key)).toEqual(['statement 5']);
    expect(filtered(matrix, undefined)).toBe(matrix);
    expect(matrix.rows[0]?.tiles.map((tile) => [matches(tile, 'broken'), matches(tile, 'rolled-back'), matches(tile, undefined)])).toEqual([
      [false, true, true],
    ]);
  });
});

describe('moving in the matrix', () => {
  const matrix = buildMatrix(inTransaction);

  it('finds a cell, also one inside a wide tile', () => {
    expect(positionOf(matrix, 'crash@after:2')).toEqual({ row: 2, column: 1 });
    expect(tileAt(matrix, { row: 2, column: 2 })?.cells.map(({ id }) => id)).toEqual(['crash@before:2', 'crash@after:2']);
  });

  it('steps over a wide tile at once, and stops at the ends', () => {
    expect(move(matrix, { row: 1, column: 0 }, 'ArrowRight', false)).toEqual({ row: 1, column: 1 });
    expect(move(matrix, { row: 1, column: 2 }, 'ArrowRight', false)).toEqual({ row: 1, column: 1 });
    expect(move(matrix, { row: 1, column: 0 }, 'ArrowLeft', false)).toEqual({ row: 1, column: headerColumn });
    expect(move(matrix, { row: 0, column: 2 }, 'ArrowUp', false)).toEqual({ row: 0, column: 2 });
    expect(move(matrix, { row: 1, column: 0 }, 'End', true)).toEqual({ row: 5, column: 1 });
    expect(move(matrix, { row: 1, column: 0 }, 'Tab', false)).toBeUndefined();
  });

  it('lands on what is there', () => {
    expect(reachable(matrix, { row: 0, column: headerColumn })).toEqual({ row: 0, column: 0 });
    expect(reachable(matrix, { row: 5, column: 0 })).toEqual({ row: 5, column: 1 });
    expect(reachable(matrix, { row: 1, column: headerColumn })).toEqual({ row: 1, column: headerColumn });
  });
});
