/** Something that can be named by others. */
export interface Orderable<T> {
  readonly item: T;
  /** How others name it. */
  readonly key: string;
  /** Keys of what it needs. */
  readonly needs: readonly string[];
}

/** Items so that each comes after what it needs. Where needs go in a circle, the given order is kept. */
export function inOrderOfNeed<T>(entries: readonly Orderable<T>[]): T[] {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const done = new Set<Orderable<T>>();
  const result: T[] = [];
  const visit = (entry: Orderable<T>): void => {
    if (done.has(entry)) return;
    done.add(entry);
    for (const key of entry.needs) {
      const needed = byKey.get(key);
      if (needed !== undefined) visit(needed);
    }
    result.push(entry.item);
  };
  for (const entry of entries) visit(entry);
  return result;
}
