import { describe, expect, it } from 'vitest';
import { ObjectStore } from '../../../src/schema/object-store';

const object = (identity: string, name: string, schema = 'public') => ({ identity, schema, name });
const nothing = () => {};

describe('an object store', () => {
  it('lists objects in the order in which they came, new versions in the place of the old', () => {
    const store = ObjectStore.of([object('1', 'a'), object('2', 'b'), object('3', 'c')], nothing);
    store.set(object('4', 'd'));
    store.set(object('2', 'b2'));
    store.delete(object('1', 'a'));
    store.set(object('4', 'd2'));
    expect(store.values().map(({ name }) => name)).toEqual(['b2', 'c', 'd2']);
    store.set(object('1', 'a'));
    expect(store.values().map(({ name }) => name)).toEqual(['b2', 'c', 'd2', 'a']);
  });

  it('gives the same list as long as nothing changes, and never changes one it gave', () => {
    const store = ObjectStore.of([object('1', 'a')], nothing);
    store.set(object('2', 'b'));
    const first = store.values();
    expect(store.values()).toBe(first);
    store.set(object('2', 'c'));
    store.delete(object('1', 'a'));
    expect(first.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(store.values().map(({ name }) => name)).toEqual(['c']);
  });

  it('finds an object by its new name only, in the schema it was moved to', () => {
    const store = ObjectStore.of([object('1', 'a')], nothing);
    store.set(object('1', 'b', 'app'));
    expect(store.get('public', 'a')).toBeUndefined();
    expect(store.find({ name: 'b' }, ['public', 'app'])?.identity).toBe('1');
    expect(store.find({ schema: 'public', name: 'b' }, ['app'])).toBeUndefined();
  });

  it('keeps copies apart', () => {
    const store = ObjectStore.of([object('1', 'a')], nothing);
    store.set(object('2', 'b'));
    const copy = store.copy(nothing);
    copy.delete(object('2', 'b'));
    store.set(object('3', 'c'));
    expect(copy.values().map(({ name }) => name)).toEqual(['a']);
    expect(store.values().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect([copy.get('public', 'b'), copy.get('public', 'c')]).toEqual([undefined, undefined]);
  });

  it('tells what went and what came, once', () => {
    const heard: [string | undefined, string | undefined][] = [];
    const store = ObjectStore.of([object('1', 'a')], (gone, come) => heard.push([gone?.name, come?.name]));
    store.set(object('1', 'b'));
    store.delete(object('1', 'a'));
    store.delete(object('1', 'a'));
    expect(heard).toEqual([
      ['a', 'b'],
      ['b', undefined],
    ]);
  });
});

it('finds the other of two objects that share a name once one of them is gone or has another name', () => {
  const store = ObjectStore.of([object('1', 'f'), object('2', 'f'), object('3', 'f')], nothing);
  store.delete(object('3', 'f'));
  expect(store.get('public', 'f')?.identity).toBe('2');
  store.set(object('2', 'g'));
  expect(store.get('public', 'f')?.identity).toBe('1');
  store.delete(object('1', 'f'));
  expect(store.get('public', 'f')).toBeUndefined();
});
