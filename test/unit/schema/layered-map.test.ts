import { describe, expect, it } from 'vitest';
import { LayeredMap } from '../../../src/schema/layered-map';

/** Numbers below `limit`, the same in each run. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * limit);
  };
}

const keys = Array.from({ length: 60 }, (_, number) => `key ${number}`);

function contents(map: { get(key: string): number | undefined }): (number | undefined)[] {
  return keys.map((key) => map.get(key));
}

describe('a layered map', () => {
  it.each([1, 2, 3, 4, 5])('holds what maps that are copied whole would hold (%i)', (seed) => {
    const next = numbers(seed);
    const first: [string, number][] = keys.slice(0, 20).map((key, place) => [key, place]);
    const pairs = [{ layered: LayeredMap.of(first), plain: new Map(first) }];
    for (let step = 0; step < 3000; step++) {
      const pair = pairs[next(pairs.length)];
      const key = keys[next(keys.length)];
      if (pair === undefined || key === undefined) throw new Error('no such pair or key');
      const action = next(10);
      if (action < 5) {
        pair.layered.set(key, step);
        pair.plain.set(key, step);
      } else if (action < 8) {
        pair.layered.delete(key);
        pair.plain.delete(key);
      } else {
        const copy = { layered: pair.layered.copy(), plain: new Map(pair.plain) };
        if (pairs.length < 12) pairs.push(copy);
        else pairs[next(pairs.length)] = copy;
      }
    }
    for (const { layered, plain } of pairs) {
      expect(contents(layered)).toEqual(contents(plain));
      expect(keys.filter((key) => layered.has(key))).toEqual(keys.filter((key) => plain.has(key)));
    }
  });

  it('tells a copy nothing of what comes later, and hears nothing from it', () => {
    const map = LayeredMap.of([['a', 1]]);
    map.set('b', 2);
    const copy = map.copy();
    map.delete('a');
    copy.set('b', 3);
    expect([map.get('a'), map.get('b'), copy.get('a'), copy.get('b')]).toEqual([undefined, 2, 1, 3]);
  });
});
