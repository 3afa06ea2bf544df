import { expect, test } from 'vitest';
import type { Column, Table } from '../../../src/model/catalog';
import { tableOfShowCreate } from '../../../src/schema/mysql/show-create';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { isExplained } from '../../../src/state/sequences';
import { catalog, data, state } from './states';

const live = (text: string): Table => ({ ...tableOfShowCreate(text, { name: 'mysql', major: 9 }), columnOrder: 'significant' });
const orders = (name: string, columns: readonly string[]) =>
  live(`CREATE TABLE \`${name}\` (\n${columns.map((line) => `  ${line}`).join(',\n')}\n) ENGINE=InnoDB`);
const withTables = (...tables: readonly Table[]) =>
  state({ catalog: catalog({ tables }), data: tables.map(({ name }) => ({ ...data(name, 2, '5'), table: name })) });
const tell = (from: Parameters<typeof stateDifferences>[0], to: Parameters<typeof stateDifferences>[1]) =>
  stateDifferences(from, to).map(({ kind, name, change, detail }) => `${change} ${kind} ${name}: ${detail}`);

const id = '`id` int NOT NULL';
const note = '`note` text';
const before = withTables(orders('orders', [id, note]));

test('a renamed column or table is told as such though the server keeps no identity', () => {
  expect(tell(before, withTables(orders('orders', [id, '`remark` text'])))).toEqual(['changed column orders.remark: was orders.note']);
  expect(tell(before, withTables(orders('purchases', [id, note])))).toEqual(['changed table purchases: was orders']);
});

test('what is of another kind, or in another place, is no rename', () => {
  expect(tell(before, withTables(orders('orders', [id, '`remark` json'])))).toEqual([
    'removed column orders.note: text',
    'added column orders.remark: json',
  ]);
  expect(tell(before, withTables(orders('orders', ['`remark` text', id])))).toHaveLength(2);
});

test('two that are alike are not guessed apart', () => {
  const two = withTables(orders('one', [id]), orders('two', [id]));
  const told = stateDifferences(two, withTables(orders('three', [id]), orders('four', [id]))).filter(({ kind }) => kind === 'table');
  expect(told.map(({ change, name }) => `${change} ${name}`)).toEqual(['removed one', 'removed two', 'added three', 'added four']);
});

test('the order of columns counts where it can be chosen, and is told', () => {
  const moved = withTables(orders('orders', [note, id]));
  expect(tell(before, moved)).toEqual(['changed table orders: order of columns: note, id, was id, note']);
  expect(fingerprint(moved)).not.toBe(fingerprint(before));
  const unordered = (columns: readonly Column[]) => {
    const { columnOrder: _, ...table } = orders('orders', [id]);
    return fingerprint(withTables({ ...table, columns }));
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
