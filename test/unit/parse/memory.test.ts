import { describe, expect, it } from 'vitest';
import { TextMemory } from '../../../src/parse/memory';

describe('the memory of what was read', () => {
  it('reads a text once for each variant', () => {
    const memory = new TextMemory<string>(100);
    const reads: string[] = [];
    const read = (text: string, variant: string) => memory.recall(text, variant, () => reads[reads.push(text + variant) - 1] ?? '');
    expect([read('a', '1'), read('a', '1'), read('a', '2'), read('b', '1')]).toEqual(['a1', 'a1', 'a2', 'b1']);
    expect(reads).toEqual(['a1', 'a2', 'b1']);
  });

  it('forgets what was not asked for longest, and keeps no text that is too long', () => {
    const memory = new TextMemory<number>(10);
    let reads = 0;
    const read = (text: string) => memory.recall(text, '', () => ++reads);
    read('aaaa');
    read('bbbb');
    read('aaaa');
    read('cccc'); // b goes
    expect(reads).toBe(3);
    read('aaaa');
    expect(reads).toBe(3);
    read('bbbb');
    expect(reads).toBe(4);
    read('x'.repeat(11));
    read('x'.repeat(11));
    expect(reads).toBe(6);
  });
});
