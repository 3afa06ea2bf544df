/** Cuts the bytes of one direction into messages that begin with a header which tells their length. */
export class LengthCutter {
  private kept: Buffer[] = [];
  private keptLength = 0;

  /**
   * @param headerLength bytes of which the length is read
   * @param lengthOf the length of the message that begins with these bytes, its header among them; may throw when they are none
   */
  constructor(
    private readonly headerLength: number,
    private readonly lengthOf: (head: Buffer) => number,
  ) {}

  /** Takes the next chunk; returns what became complete. @throws what `lengthOf` throws */
  push(chunk: Buffer): Buffer[] {
    this.kept.push(chunk);
    this.keptLength += chunk.length;
    const messages: Buffer[] = [];
    let length = this.nextLength();
    // Joined only when a whole message is there, so that a long one in many chunks costs linear time.
    while (length !== undefined && this.keptLength >= length) {
      const all = this.joined();
      messages.push(all.subarray(0, length));
      this.kept = length < all.length ? [all.subarray(length)] : [];
      this.keptLength -= length;
      length = this.nextLength();
    }
    return messages;
  }

  /** Of the message that comes next; undefined while its header is not there. */
  private nextLength(): number | undefined {
    if (this.keptLength < this.headerLength) return undefined;
    const [first] = this.kept;
    return this.lengthOf(first && first.length >= this.headerLength ? first : this.joined());
  }

  private joined(): Buffer {
    const [first] = this.kept;
    if (first && this.kept.length === 1) return first;
    const all = Buffer.concat(this.kept, this.keptLength);
    this.kept = [all];
    return all;
  }
}
