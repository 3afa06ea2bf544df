/** Objects of two lists that are the same one, and those that stand alone. */
export interface Matched<T> {
  readonly pairs: readonly (readonly [from: T, to: T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/**
 * Pairs objects by identity, so that a rename is seen as one; what is left by key, so that an object that was dropped and made again, or
 * made in two clones apart, is still the same to a reader.
 * @param key what people call it: its qualified name.
 * @param byIdentity false where identities can't be compared: columns of two tables that only share a name.
 */
export function match<T extends { readonly identity: string }>(
  from: readonly T[],
  to: readonly T[],
  key: (object: T) => string,
  byIdentity = true,
): Matched<T> {
  const pairs: (readonly [T, T])[] = [];
  const taken = new Set<T>();
  const pairBy = (rest: readonly T[], name: (object: T) => string): T[] => {
    const candidates = new Map(to.filter((object) => !taken.has(object)).map((object) => [name(object), object]));
    return rest.filter((object) => {
      const found = candidates.get(name(object));
      if (found === undefined || taken.has(found)) return true;
      taken.add(found);
      pairs.push([object, found]);
      return false;
    });
  };
  const unmatched = byIdentity ? pairBy(from, (object) => object.identity) : [...from];
  const removed = pairBy(unmatched, key);
  return { pairs, removed, added: to.filter((object) => !taken.has(object)) };
}
