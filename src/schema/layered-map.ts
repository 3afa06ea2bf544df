/**
 * How many changes are kept apart before the whole is made anew. Each copy copies the changes, and making the whole anew copies the base: the
 * two cost about the same when the number grows with the root of the base's size.
 */
function maximumChanges(baseSize: number): number {
  return Math.max(8, Math.sqrt(baseSize));
}

/**
 * A map that is cheap to copy: copies share what they were made from, and keep apart what was changed since. Values come in the order in
 * which their keys were first set, as in a `Map`.
 */
export class LayeredMap<K, V> {
  private constructor(
    private base: ReadonlyMap<K, V>,
    /** `undefined`: no longer there. */
    private changes: Map<K, V | undefined>,
  ) {}

  static of<K, V>(entries: Iterable<readonly [K, V]>): LayeredMap<K, V> {
    return new LayeredMap(new Map(entries), new Map());
  }

  /** A copy that changes apart from this one. */
  copy(): LayeredMap<K, V> {
    // This one too goes on from the new base: it would otherwise be merged again for each further copy.
    if (this.changes.size > maximumChanges(this.base.size)) this.merge();
    return new LayeredMap(this.base, new Map(this.changes));
  }

  private merge(): void {
    const base = new Map(this.base);
    for (const [key, value] of this.changes) {
      if (value === undefined) base.delete(key);
      else base.set(key, value);
    }
    this.base = base;
    this.changes = new Map();
  }

  get(key: K): V | undefined {
    return this.changes.has(key) ? this.changes.get(key) : this.base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    this.changes.set(key, value);
  }

  delete(key: K): void {
    if (this.base.has(key)) this.changes.set(key, undefined);
    else this.changes.delete(key);
  }

  values(): V[] {
    if (this.changes.size === 0) return [...this.base.values()];
    const values: V[] = [];
    for (const [key, value] of this.base) {
      const current = this.changes.has(key) ? this.changes.get(key) : value;
      if (current !== undefined) values.push(current);
    }
    for (const [key, value] of this.changes) if (value !== undefined && !this.base.has(key)) values.push(value);
    return values;
  }
}
