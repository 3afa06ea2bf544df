import { describe, expect, it } from 'vitest';
import { LineIndex } from '../../../src/parse/lines';

describe('LineIndex', () => {
  it('ends lines at \\n, \\r\\n and a lone \\r', () => {
    const lines = new LineIndex('a\nbc\r\nd\re');
    expect(lines.lineCount).toBe(4);
    expect(lines.position(0)).toEqual({ line: 0, character: 0 });
    expect(lines.position(2)).toEqual({ line: 1, character: 0 });
    expect(lines.position(6)).toEqual({ line: 2, character: 0 });
    expect(lines.position(8)).toEqual({ line: 3, character: 0 });
  });

  it('counts UTF-16 code units, so an emoji is two characters', () => {
    const lines = new LineIndex('é😀x');
    expect(lines.position('é😀'.length)).toEqual({ line: 0, character: 3 });
  });

  it('gives back every offset that is not inside a line break', () => {
    const text = 'one\r\ntwo\n\r\nthree\rfour😀\n';
    const lines = new LineIndex(text);
    for (let offset = 0; offset <= text.length; offset++) {
      if (text[offset] === '\n' && text[offset - 1] === '\r') continue;
      expect(lines.offset(lines.position(offset))).toBe(offset);
    }
  });

  it('moves positions that do not exist to the nearest that do', () => {
    const lines = new LineIndex('ab\r\ncd');
    expect(lines.offset({ line: 0, character: 99 })).toBe(2);
    expect(lines.offset({ line: 99, character: 0 })).toBe(6);
    expect(lines.offset({ line: -1, character: 5 })).toBe(0);
    expect(lines.position(-5)).toEqual({ line: 0, character: 0 });
    expect(lines.position(99)).toEqual({ line: 1, character: 2 });
    // Between the two characters of the line break.
    expect(lines.position(3)).toEqual({ line: 0, character: 2 });
  });

  it('is right for an empty text', () => {
    const lines = new LineIndex('');
    expect(lines.range({ start: 0, end: 0 })).toEqual({ start: { line: 0, character: 0 }, end: { line: 0, character: 0 } });
  });
});
