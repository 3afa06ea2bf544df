import type { Catalog, Column, Table } from '../../../src/model/catalog';
import { emptyCatalog } from '../../../src/model/catalog';
import type { State, TableData } from '../../../src/model/state';

export function column(identity: string, name: string, rest: Partial<Column> = {}): Column {
  return { identity, name, type: 'integer', notNull: false, ...rest };
}

export function table(identity: string, name: string, rest: Partial<Table> = {}): Table {
  return {
    identity,
    schema: 'public',
    name,
    kind: 'table',
    persistence: 'permanent',
    columns: [column('1', 'id'), column('2', 'note', { type: 'text' })],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    ...rest,
  };
}

export function catalog(rest: Partial<Catalog> = {}): Catalog {
  return { ...emptyCatalog, ...rest };
}

export function data(name: string, rowCount: number, rowsHash = '1', columnHashes?: Record<string, string>): TableData {
  return { table: `public.${name}`, rowCount, rowsHash, ...(columnHashes && { columnHashes }) };
}

export function state(rest: Partial<State> = {}): State {
  return { catalog: catalog(), data: [], sequences: [], bookkeeping: [], sessions: [], preparedTransactions: [], ...rest };
}

/** A state with one table whose id is drawn from a sequence. */
export function withSequence(lastValue: string, greatestInUse?: string, rows = 3): State {
  const sequence = {
    identity: '9',
    schema: 'public',
    name: 't_id_seq',
    dataType: 'bigint',
    start: '1',
    increment: '1',
    minimum: '1',
    maximum: '99999',
    cache: '1',
    cycle: false,
    persistence: 'permanent' as const,
    ownedBy: { table: 'public.t', column: 'id', internal: false },
  };
  return state({
    catalog: catalog({ tables: [table('1', 't')], sequences: [sequence] }),
    data: [data('t', rows)],
    sequences: [{ sequence: 'public.t_id_seq', lastValue, isCalled: true, ...(greatestInUse !== undefined && { greatestInUse }) }],
  });
}
