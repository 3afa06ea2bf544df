import { expect, test } from 'vitest';
import type { Column, Table } from '../../../src/model/catalog';
import { tableOfShowCreate } from '../../../src/schema/mysql/show-create';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { isExplained } from '../../../src/state/sequences';
import { findVolatileColumns } from '../../../src/state/volatile';
import { catalog, column, data, state, table, withSequence } from './states';

const tell = (from: Parameters<typeof stateDifferences>[0], to: Parameters<typeof stateDifferences>[1]) =>
  stateDifferences(from, to).map(({ kind, name, change, detail }) => `${change} ${kind} ${name}: ${detail}`);

const before = state({ catalog: catalog({ tables: [table('1', 'orders')] }), data: [data('orders', 2, '5', { id: '1', note: '2' })] });

test('nothing differs from itself', () => {
  expect(tell(before, before)).toEqual([]);
});

test('a rename is told as one, and its rows are followed', () => {
  const renamed = state({
    catalog: catalog({ tables: [table('1', 'purchases', { columns: [column('1', 'id'), column('2', 'remark', { type: 'text' })] })] }),
    data: [data('purchases', 2, '5', { id: '1', remark: '2' })],
  });
  expect(tell(before, renamed)).toEqual([
    'changed table public.purchases: was public.orders',
    'changed column public.purchases.remark: was public.purchases.note',
  ]);
});

test('the columns whose values differ are named', () => {
  const changed = { ...before, data: [data('orders', 2, '6', { id: '1', note: '3' })] };
  expect(tell(before, changed)).toEqual(['changed rows public.orders: the values of note differ']);
});

test('rows that came and went are counted', () => {
  expect(tell(before, { ...before, data: [data('orders', 5)] })).toEqual(['changed rows public.orders: 3 more: 5 rows, was 2']);
  expect(tell(before, state())).toContain('removed rows public.orders: 2 rows gone with the table');
});

test('a new column alone is no difference of rows', () => {
  const columns = [...table('1', 'orders').columns, column('3', 'extra')];
  const wider = state({
    catalog: catalog({ tables: [table('1', 'orders', { columns })] }),
    data: [data('orders', 2, '8', { id: '1', note: '2', extra: '0' })],
  });
  expect(tell(before, wider)).toEqual(['added column public.orders.extra: integer']);
});

test('what a failed migration leaves is said in words', () => {
  const index = {
    identity: '4',
    name: 'i',
    definition: 'CREATE INDEX i',
    unique: false,
    keys: ['id'],
    valid: false,
    ready: true,
    live: true,
  };
  const check = {
    identity: '5',
    name: 'c',
    kind: 'check' as const,
    definition: 'CHECK (id > 0)',
    columns: ['id'],
    validated: false,
    enforced: true,
  };
  const trigger = { identity: '6', name: 't', definition: 'CREATE TRIGGER t', enabled: 'D' };
  const left = {
    ...before,
    catalog: catalog({ tables: [table('1', 'orders', { indexes: [index], constraints: [check], triggers: [trigger] })] }),
  };
  expect(tell(before, left)).toEqual([
    'added check constraint c on public.orders: CHECK (id > 0), not validated',
    'added index i on public.orders: invalid: no query uses it; CREATE INDEX i',
    'added trigger t on public.orders: disabled',
  ]);
});

test('a jump of a sequence is nothing to tell, one behind its column is', () => {
  expect(tell(withSequence('3', '3'), withSequence('30', '3'))).toEqual([]);
  expect(tell(withSequence('3', '3'), withSequence('3', '7'))).toEqual([
    'changed sequence public.t_id_seq: behind its column: next value 4, greatest in use 7',
  ]);
});

test('bookkeeping and sessions', () => {
  const left = {
    ...before,
    bookkeeping: [{ table: 'public.history', rows: [{ version: '2', dirty: true }] }],
    sessions: [{ pid: 1, state: 'idle in transaction', query: '', locks: [{ relation: 'public.orders', mode: 'ExclusiveLock' }] }],
  };
  expect(tell(before, left)).toEqual([
    'added bookkeeping public.history: version=2 dirty=true',
    'added session migration: still connected, idle in transaction, holding ExclusiveLock on public.orders',
  ]);
});

test('columns that differ between two equal runs are volatile', () => {
  const second = {
    ...before,
    data: [data('orders', 2, '6', { id: '1', note: '3' })],
    bookkeeping: [{ table: 'public.history', rows: [{ version: '1', at: 'later' }] }],
  };
  const first = { ...before, bookkeeping: [{ table: 'public.history', rows: [{ version: '1', at: 'now' }] }] };
  expect(findVolatileColumns(first, second)).toEqual({ 'public.orders': ['note'], 'public.history': ['at'] });
  expect(findVolatileColumns(first, first)).toEqual({});
});

test('what is lost is taken out, and nothing else', () => {
  const emptied = { ...before, data: [data('orders', 2, '7', { id: '1', note: '0' })] };
  const loss = [{ table: 'public.orders', columns: ['note'] }];
  expect(tell(maskLost(before, loss), maskLost(emptied, loss))).toEqual([]);
  const worse = { ...before, data: [data('orders', 2, '7', { id: '9', note: '0' })] };
  expect(tell(maskLost(before, loss), maskLost(worse, loss))).toEqual(['changed rows public.orders: the values of id differ']);
});

const live = (text: string): Table => ({ ...tableOfShowCreate(text, { name: 'mysql', major: 9 }), columnOrder: 'significant' });
const orders = (name: string, columns: readonly string[]) =>
  live(`CREATE TABLE \`${name}\` (\n${columns.map((line) => `  ${line}`).join(',\n')}\n) ENGINE=InnoDB`);
const note = '`note` text';
const id = '`id` int NOT NULL';
const withTable = (table: Table) => state({ catalog: catalog({ tables: [table] }) });

test('the order of columns counts where it can be chosen, and is told', () => {
  const moved = withTable(orders('orders', [note, id]));
  const inOrder = withTable(orders('orders', [id, note]));
  expect(tell(inOrder, moved)).toEqual(['changed table orders: order of columns: note, id, was id, note']);
  expect(fingerprint(moved)).not.toBe(fingerprint(inOrder));
  const unordered = (columns: readonly Column[]) => {
    const { columnOrder: _, ...table } = orders('orders', [id]);
    return fingerprint(withTable({ ...table, columns }));
  };
  const [first, second] = orders('orders', [id, note]).columns;
  if (first === undefined || second === undefined) throw new Error('There are two columns.');
  expect(unordered([first, second])).toBe(unordered([second, first]));
});

test('numbers that a table took in blocks for many rows are explained by the rows', () => {
  const position = { sequence: 'orders.id', countedBy: 'orders', lastValue: '31', isCalled: true, greatestInUse: '20' };
  expect(isExplained(position, 1n, 32n)).toBe(true);
  expect(isExplained({ ...position, lastValue: '999' }, 1n, 1000n)).toBe(false);
  expect(isExplained({ ...position, greatestInUse: '5' }, 10n, 32n)).toBe(false);
});

test('of a domain, an event trigger and a sequence it is said what is another one', () => {
  const checks = (...added: string[]) => ["CONSTRAINT mail CHECK ((VALUE ~~ '%@%'::text))", ...added];
  const domain = (notNull: boolean, ...added: string[]) => ({
    ...{ identity: '1', schema: 'public', name: 'email', kind: 'domain' as const, definition: added.join() },
    domain: { baseType: 'text', notNull, checks: checks(...added) },
  });
  const trigger = (state: string) => ({
    ...{ identity: '2', schema: '', name: 'saw', kind: 'event trigger' as const, dependsOn: [] },
    definition: `CREATE EVENT TRIGGER saw ON ddl_command_end EXECUTE FUNCTION public.f()${state}`,
  });
  const tied = withSequence('1');
  const [sequence] = tied.catalog.sequences;
  if (sequence === undefined) throw new Error('No sequence.');
  const { ownedBy: _, ...loose } = sequence;
  const owned = { ...sequence, ownedBy: { table: 'public.orders', column: 'id', internal: false } };
  const on = (...parts: Parameters<typeof catalog>) => state({ catalog: catalog(...parts) });
  expect(
    tell(
      on({ types: [domain(false)], definitions: [trigger('')], sequences: [owned] }),
      on({
        types: [domain(true, 'CONSTRAINT short CHECK (true) NOT VALID')],
        definitions: [trigger('; ALTER EVENT TRIGGER saw DISABLE')],
        sequences: [loose],
      }),
    ),
  ).toEqual([
    'changed domain public.email: not null: true, was false; with CONSTRAINT short CHECK (true) NOT VALID',
    `changed sequence ${sequence.schema}.${sequence.name}: owned by: none, was public.orders.id`,
    'changed event trigger saw: disabled, was enabled',
  ]);
});
