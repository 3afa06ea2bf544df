import { describe, expect, it } from 'vitest';
import type { SimulatedLoad } from '../../../src/model/simulation';
import { loadView } from '../../../webview/logic/load';
import { statement } from './runs';

const summary = {
  requests: 40,
  blockedRequests: 3,
  blockedMs: 60,
  longestBlockedMs: 30,
  errors: 2,
  latencyBeforeMs: 1,
  latencyDuringMs: 2,
};
const wait = { operation: 'read', relation: 'orders', statement: 1 } as const;
const load: SimulatedLoad = {
  sessions: 3,
  durationMs: 100,
  timeline: [
    { statement: 1, startMs: 0, endMs: 10, releasedMs: 40, locks: [{ relation: 'orders', mode: 'ACCESS EXCLUSIVE' }] },
    { statement: 2, startMs: 20, endMs: 40, releasedMs: 40, locks: [] },
  ],
  blocked: [
    { ...wait, session: 1, startMs: 10, endMs: 40 },
    { ...wait, session: 4, startMs: 20, endMs: 40 },
    { ...wait, session: 2, startMs: 30, endMs: 40, operation: 'insert' },
  ],
  errors: [
    {
      operation: 'insert',
      relation: 'orders',
      code: '23502',
      message: 'null value',
      statement: 2,
      firstMs: 50,
      lastMs: 90,
      count: 2,
      lasting: true,
    },
  ],
  summary,
  notes: [],
};

describe('what an application feels', () => {
  const view = loadView(load, [statement(1, 1), statement(2, 1)]);

  it('stands on one axis: statements, the locks that outlive them, who waits, what fails', () => {
    expect(view.statements.map(({ start, length, heldLength, weight }) => [start, length, heldLength, weight])).toEqual([
      [0, 0.1, 0.4, 'all'],
      [0.2, 0.2, 0.2, 'none'],
    ]);
    expect(view.lanes.map(({ label }) => label)).toEqual(['read orders', 'insert into orders']);
    expect(view.lanes.map(({ waits }) => waits.map(({ start, length, text }) => [start, Math.round(length * 10), text]))).toEqual([
      [[0.1, 3, 'Read orders: 2 requests wait, up to 30 ms for statement 1.']],
      [[0.3, 1, 'Insert into orders: waits 10 ms for statement 1.']],
    ]);
    // What goes on failing does so to the end of the axis.
    expect(view.lanes[1]?.failures.map(({ start, length, lasting }) => [start, length, lasting])).toEqual([[0.5, 0.5, true]]);
  });

  it('is told in a sentence', () => {
    expect(view.headline).toBe(
      '3 requests of 40 had to wait, the longest for 30 ms. An application that is not changed goes on failing afterwards: insert into orders.',
    );
    const calm = { ...load, blocked: [], errors: [] };
    expect(loadView(calm, []).headline).toBe('Nobody has to wait, and nothing fails.');
    const passing = { ...load, errors: load.errors.map((error) => ({ ...error, lasting: false })) };
    expect(loadView(passing, []).headline).toContain('1 kind of error came up while it ran');
  });
});
