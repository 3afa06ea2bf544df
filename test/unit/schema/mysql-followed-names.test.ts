import { expect, test } from 'vitest';
import type { Table } from '../../../src/model/catalog';
import type { Engine } from '../../../src/model/engine';
import { readText } from '../../../src/parse/read';
import { followedNames } from '../../../src/schema/mysql/followed-names';
import { tableOfShowCreate } from '../../../src/schema/mysql/show-create';
import { stateDifferences } from '../../../src/state/difference';
import { catalog, data, state } from '../state/states';

const engine: Engine = { name: 'mysql', major: 9 };
const live = (text: string): Table => ({ ...tableOfShowCreate(text, engine), columnOrder: 'significant' });
const table = (name: string, columns: readonly string[]) =>
  live(`CREATE TABLE \`${name}\` (\n${columns.map((line) => `  ${line}`).join(',\n')}\n) ENGINE=InnoDB`);
const holding = (...tables: readonly Table[]) =>
  state({ catalog: catalog({ tables }), data: tables.map(({ name }) => ({ ...data(name, 2, '5'), table: name })) });

const id = '`id` int NOT NULL';
const note = '`note` text';
const remark = '`remark` text';
const before = holding(table('orders', [id, note]));

/** What is told of the tables that a server shows after these statements. */
function told(sql: string, ...shown: readonly Table[]): readonly string[] {
  const after = holding(...shown);
  const followed = { ...after, catalog: followedNames(after.catalog, before.catalog, readText(sql, engine), engine) };
  return stateDifferences(before, followed).map(({ kind, name, change, detail }) => `${change} ${kind} ${name}: ${detail}`);
}

test('a column that a statement renames is the one that it was', () => {
  expect(told('ALTER TABLE orders RENAME COLUMN note TO remark;', table('orders', [id, remark]))).toEqual([
    'changed column orders.remark: was orders.note',
  ]);
  expect(told('ALTER TABLE orders CHANGE note remark text;', table('orders', [id, remark]))).toEqual([
    'changed column orders.remark: was orders.note',
  ]);
});

test('a table that a statement renames is the one that it was, through any number of names', () => {
  expect(told('RENAME TABLE orders TO old; ALTER TABLE old RENAME purchases;', table('purchases', [id, note]))).toEqual([
    'changed table purchases: was orders',
  ]);
});

test('two tables that change places are told apart', () => {
  const sql = 'CREATE TABLE fresh LIKE orders; RENAME TABLE orders TO old, fresh TO orders;';
  expect(told(sql, table('old', [id, note]), table('orders', [id, note])).filter((line) => line.includes('table'))).toEqual([
    'added table orders: 2 columns',
    'changed table old: was orders',
    'changed rows orders: 2 rows in the new table',
  ]);
});

test('what looks alike is no rename where a statement dropped the one and made the other', () => {
  const swapped = 'ALTER TABLE orders DROP COLUMN note, ADD COLUMN remark text;';
  expect(told(swapped, table('orders', [id, remark]))).toEqual(['removed column orders.note: text', 'added column orders.remark: text']);
});

test('what no statement that can be read has made is new', () => {
  const tables = told('CALL rename_orders();', table('purchases', [id, note])).filter((line) => line.includes('table'));
  expect(tables).toEqual([
    'removed table orders: 2 columns',
    'added table purchases: 2 columns',
    'changed rows purchases: 2 rows in the new table',
    'removed rows orders: 2 rows gone with the table',
  ]);
});
