/**
 * Remembers what was read from a text, so that while someone types in one file of a folder the others are not parsed again. Values are
 * shared and must not be changed. Bounded by the length of the texts, the ones not asked for longest forgotten first.
 */
export class TextMemory<T> {
  private readonly known = new Map<string, Map<string, T>>();
  private length = 0;

  /** `maximumLength`: of all texts together, in UTF-16 code units. */
  constructor(private readonly maximumLength: number) {}

  /** What `read` gave for this text before, or gives now. `variant` is all else that the result depends on. */
  recall(text: string, variant: string, read: () => T): T {
    const variants = this.known.get(text);
    const found = variants?.get(variant);
    if (variants !== undefined) {
      // Last in the order of the map: forgotten last.
      this.known.delete(text);
      this.known.set(text, variants);
    }
    if (found !== undefined) return found;
    const value = read();
    if (text.length > this.maximumLength) return value;
    if (variants === undefined) {
      this.known.set(text, new Map([[variant, value]]));
      this.length += text.length;
      this.forget();
    } else {
      variants.set(variant, value);
    }
    return value;
  }

  private forget(): void {
    for (const text of this.known.keys()) {
      if (this.length <= this.maximumLength) return;
      this.known.delete(text);
      this.length -= text.length;
    }
  }
}
