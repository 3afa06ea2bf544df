import { describe, expect, it } from 'vitest';
import { editText } from '../../../src/lint/fixes';
import { smallestReplacement } from '../../../src/server/smallest-replacement';

describe('the smallest replacement', () => {
  it.each([
    ['', 'abc'],
    ['abc', ''],
    ['abc', 'abc'],
    ['CREATE INDEX a;\n', 'CREATE INDEX CONCURRENTLY a;\n'],
    ['aaa', 'aaaa'],
    ['one\r\ntwo\r\n', 'one\r\nthree\r\n'],
    ['x 🙂 y', 'x 🙃 y'],
  ])('turns %j into %j', (before, after) => {
    expect(editText(before, [smallestReplacement(before, after)])).toBe(after);
  });

  it('touches only what differs', () => {
    const { range, newText } = smallestReplacement(
      'SELECT 1;\nCREATE INDEX a;\nSELECT 2;\n',
      'SELECT 1;\nCREATE INDEX CONCURRENTLY a;\nSELECT 2;\n',
    );
    expect(range.start.line).toBe(1);
    expect(range.end.line).toBe(1);
    expect(newText.trim()).toBe('CONCURRENTLY');
  });
});
