import { describe, expect, it } from 'vitest';
import { attributeErrors, type LoadedRequest } from '../../../src/faults/load-errors';
import type { SimulatedStatement } from '../../../src/model/simulation';

const lock = (relation: string) => ({ relation, mode: 'ACCESS EXCLUSIVE', heldMs: 1 });
const statement = (index: number, text: string, ...relations: readonly string[]): SimulatedStatement => ({
  index,
  text,
  transaction: 1,
  durationMs: 1,
  locks: relations.map(lock),
  rewrites: [],
  rows: 0,
});
const statements = [
  statement(1, 'ALTER TABLE orders DROP COLUMN note', 'orders'),
  statement(2, 'ALTER TABLE orders ADD COLUMN code text', 'orders'),
  statement(3, 'ALTER TABLE items DROP COLUMN size', 'items'),
];

function failed(code: string, message: string, more: Partial<LoadedRequest> = {}): LoadedRequest {
  return {
    request: { operation: 'read', relation: 'orders' },
    endMs: 10,
    error: { code, message },
    behind: 3,
    beside: 3,
    phase: 'during',
    ...more,
  };
}

describe('errors of an application', () => {
  it('are put down to the statement that speaks of what the server misses, also when a later one came to light with it', () => {
    const of = (message: string) => attributeErrors([failed('42703', message)], statements)[0]?.statement;
    expect(of('column "note" does not exist')).toBe(1);
    expect(of('column "code" of relation "orders" violates something')).toBe(2);
    // Nothing names it: the last that locked the table.
    expect(of('something went wrong')).toBe(2);
    // What is not done yet can't be the reason.
    expect(attributeErrors([failed('42703', 'column "code" does not exist', { behind: 1 })], statements)[0]?.statement).toBe(1);
  });

  it('of locks belong to what is running', () => {
    expect(attributeErrors([failed('40P01', 'deadlock detected', { behind: 1, beside: 2 })], statements)[0]?.statement).toBe(2);
  });

  it('that are alike are one, from the first to the last; those before the migration are none', () => {
    const errors = attributeErrors(
      [
        failed('42703', 'column "note" does not exist', { endMs: 12 }),
        failed('42703', 'column "note" does not exist', { endMs: 10 }),
        failed('42703', 'column "note" does not exist', { endMs: 30, phase: 'after' }),
        failed('08006', 'gone', { phase: 'before' }),
      ],
      statements,
    );
    expect(errors).toMatchObject([{ count: 3, firstMs: 10, lastMs: 30, lasting: true, statement: 1 }]);
    expect(attributeErrors([failed('42703', 'column "note" does not exist')], statements)[0]?.lasting).toBe(false);
  });
});
