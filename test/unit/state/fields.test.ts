import { expect, test } from 'vitest';
import { lostData } from '../../../src/faults/lost-data';
import { stateDifferences } from '../../../src/state/difference';
import { fieldsOf, hasDocuments, innermost } from '../../../src/state/fields';
import { findVolatileColumns } from '../../../src/state/volatile';
import { catalog, column, data, state, table } from './states';

const users = table('users', 'users', { columns: [] });
const holding = (hashes: Record<string, string>, rows = 2) =>
  state({ catalog: catalog({ tables: [users] }), data: [data('users', rows, JSON.stringify(hashes), hashes)] });

test('the fields of a collection are those of the first level that its documents have', () => {
  expect(fieldsOf(users, data('users', 1, '1', { tags: '1', tag: '2', meta: '3', 'meta.at': '4' })).map(({ name }) => name)).toEqual([
    'tags',
    'tag',
    'meta',
  ]);
  expect(fieldsOf(table('t', 't', { columns: [column('1', 'id')] }), undefined).map(({ name }) => name)).toEqual(['id']);
  expect(hasDocuments(table('t', 't', { columns: [], columnOrder: 'significant' }))).toBe(false);
  expect(innermost(['meta', 'meta.at', 'metal'])).toEqual(['meta.at', 'metal']);
});

test('a nested field that varies leaves the rest of its document comparable', () => {
  const one = holding({ meta: '1', 'meta.at': '2', 'meta.by': '3', name: '4' });
  const two = holding({ meta: '9', 'meta.at': '8', 'meta.by': '3', name: '4' });
  expect(findVolatileColumns(one, two)).toEqual({ 'public.users': ['meta.at'] });
});

test('a document whose keys vary does so as a whole', () => {
  const one = holding({ meta: '1', 'meta.x1': '2', 'meta.at': '3' });
  const two = holding({ meta: '9', 'meta.y2': '2', 'meta.at': '4' });
  expect(findVolatileColumns(one, two)).toEqual({ 'public.users': ['meta', 'meta.at'] });
});

test('fields that differ, came or went are told by their innermost paths', () => {
  const differences = stateDifferences(
    holding({ meta: '1', 'meta.at': '2', old: '3' }),
    holding({ meta: '9', 'meta.at': '8', fresh: '3' }),
  );
  expect(differences.map(({ detail }) => detail)).toEqual(['the values of fresh, meta.at, old differ']);
});

test('values of a field that the migration keeps are lost when they are nowhere any more', () => {
  const before = holding({ _id: '1', name: '2' });
  const after = holding({ _id: '1', name: '2', full: '3' });
  expect(lostData(before, after, holding({ _id: '1', full: '3' }))).toBe(true);
  expect(lostData(before, after, holding({ _id: '1', title: '2' }))).toBe(false);
  expect(lostData(before, after, after)).toBe(false);
});

test('a collection that came is told by its options, not by columns that it has not', () => {
  const added = table('fresh', 'fresh', { schema: '', columns: [], options: ['capped=true'] });
  const now = state({ catalog: catalog({ tables: [added] }), data: [data('fresh', 0)] });
  expect(stateDifferences(state(), now)).toContainEqual({ kind: 'table', name: 'fresh', change: 'added', detail: 'capped=true' });
});
