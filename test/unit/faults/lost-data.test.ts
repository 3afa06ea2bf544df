import { describe, expect, it } from 'vitest';
import { lostData } from '../../../src/faults/lost-data';
import { emptyCatalog, type Table } from '../../../src/model/catalog';
import type { State } from '../../../src/model/state';

interface Sketch {
  readonly name: string;
  readonly identity?: string;
  readonly rows: number;
  /** Hash of the values, by column. */
  readonly values: Readonly<Record<string, string>>;
}

function state(...sketches: readonly Sketch[]): State {
  const tables = sketches.map(
    ({ name, identity = name, values }) =>
      ({
        identity,
        schema: 'public',
        name,
        kind: 'table',
        columns: Object.keys(values).map((column) => ({ identity: `${identity} ${column}`, name: column, type: 'text' })),
      }) as unknown as Table,
  );
  const data = sketches.map(({ name, rows, values }) => ({
    table: `public.${name}`,
    rowCount: rows,
    rowsHash: JSON.stringify(values),
    columnHashes: values,
  }));
  return {
    catalog: { ...emptyCatalog, tables },
    data,
    sequences: [],
    bookkeeping: [],
    sessions: [],
    preparedTransactions: [],
  } as unknown as State;
}

const orders = { name: 'orders', rows: 20, values: { id: '11', note: '22' } };

describe('data of before', () => {
  it('is lost when a table has fewer rows than before and after', () => {
    expect(lostData(state(orders), state(orders), state({ ...orders, rows: 5, values: { id: '1', note: '2' } }))).toBe(true);
  });

  it('is not lost when the migration removes as many', () => {
    const fewer = { ...orders, rows: 5, values: { id: '1', note: '2' } };
    expect(lostData(state(orders), state(fewer), state(fewer))).toBe(false);
  });

  it('is lost when the values of a column are gone that the migration keeps', () => {
    expect(lostData(state(orders), state(orders), state({ ...orders, values: { id: '11', note: '0' } }))).toBe(true);
  });

  it('is not lost when another column has the same values, or another table all of them', () => {
    const emptied = { ...orders, values: { id: '11', note: '0' } };
    expect(lostData(state(orders), state(orders), state(emptied, { name: 'keep', rows: 20, values: { note: '22' } }))).toBe(false);
    const copy = { ...orders, name: 'orders_new' };
    expect(lostData(state(orders), state({ ...orders, identity: 'new' }), state(copy))).toBe(false);
  });

  it('is not lost when the migration gives the column other values', () => {
    const changed = { ...orders, values: { id: '11', note: '99' } };
    expect(lostData(state(orders), state(changed), state({ ...orders, values: { id: '11', note: '50' } }))).toBe(false);
  });

  it('is followed through a rename, of the table and of the column', () => {
    const renamed = { name: 'purchases', identity: 'orders', rows: 20, values: { id: '11', note: '22' } };
    expect(lostData(state(orders), state(renamed), state(renamed))).toBe(false);
    expect(lostData(state(orders), state(renamed), state({ ...renamed, rows: 0, values: { id: '0', note: '0' } }))).toBe(true);
  });

  it('is lost with its table', () => {
    expect(lostData(state(orders), state(orders), state())).toBe(true);
  });

  it('may still be there when there are more rows than before', () => {
    expect(lostData(state(orders), state(orders), state({ ...orders, rows: 21, values: { id: '12', note: '23' } }))).toBe(false);
  });

  it('is not judged where no after is known', () => {
    expect(lostData(state(orders), undefined, state())).toBe(false);
  });
});
