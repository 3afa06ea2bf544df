/** No longer there, though a layer below has it. */
const gone = Symbol('gone');

/** A layer is merged with the one above it as soon as it is less than so many times as large: few layers stay, and little is copied. */
const leastRatio = 4;

type Layer<K, V> = ReadonlyMap<K, V | typeof gone>;

/**
 * A map that is copied in no time: copies share what was in it until then, as layers that are never changed, and each puts what it changes
 * in a layer of its own. A key is looked for from the newest layer, which is the smallest, to the oldest.
 */
export class LayeredMap<K, V> {
  private constructor(
    /** The oldest first. */
    private layers: readonly Layer<K, V>[],
    private changes: Map<K, V | typeof gone> | undefined,
  ) {}

  static of<K, V>(entries: Iterable<readonly [K, V]>): LayeredMap<K, V> {
    return new LayeredMap<K, V>([new Map(entries)], undefined);
  }

  /** A copy that changes apart from this one. */
  copy(): LayeredMap<K, V> {
    if (this.changes !== undefined) {
      this.layers = withLayer(this.layers, this.changes);
      this.changes = undefined;
    }
    return new LayeredMap(this.layers, undefined);
  }

  get(key: K): V | undefined {
    const changed = this.changes?.get(key);
    if (changed !== undefined) return changed === gone ? undefined : changed;
    const { layers } = this;
    for (let at = layers.length - 1; at >= 0; at--) {
      const found = layers[at]?.get(key);
      if (found !== undefined) return found === gone ? undefined : found;
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    this.changes ??= new Map();
    this.changes.set(key, value);
  }

  delete(key: K): void {
    this.changes ??= new Map();
    this.changes.set(key, gone);
  }
}

function withLayer<K, V>(layers: readonly Layer<K, V>[], added: Layer<K, V>): readonly Layer<K, V>[] {
  let newest = added;
  let below = layers.length;
  for (let layer = layers[below - 1]; layer !== undefined && layer.size < newest.size * leastRatio; layer = layers[below - 1]) {
    below--;
    newest = merged(layer, newest, below === 0);
  }
  const kept = layers.slice(0, below);
  kept.push(newest);
  return kept;
}

function merged<K, V>(older: Layer<K, V>, newer: Layer<K, V>, isLowest: boolean): Layer<K, V> {
  const both = new Map<K, V | typeof gone>();
  // No loop: it would make a pair of each entry, and takes half as long again.
  older.forEach((value, key) => {
    both.set(key, value);
  });
  newer.forEach((value, key) => {
    if (isLowest && value === gone) both.delete(key);
    else both.set(key, value);
  });
  return both;
}
