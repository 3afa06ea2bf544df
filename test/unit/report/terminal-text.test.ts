import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { hang, oneLine, printable, spread, truncate, wrap, wrapSql } from '../../../src/report/terminal-text';

describe('wrap', () => {
  test('breaks at spaces, and a longer word where the line ends', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
  });

  test('counts columns, not code units', () => {
    expect(wrap('漢字 漢字', 5)).toEqual(['漢字', '漢字']);
    for (const line of wrap('😀'.repeat(30), 11)) expect(stringWidth(line)).toBeLessThanOrEqual(11);
  });

  test('keeps paragraphs', () => {
    expect(wrap('one\ntwo', 40)).toEqual(['one', 'two']);
  });
});

describe('wrapSql', () => {
  test('leaves literals, quoted names, dollar quotes and comments whole', () => {
    const pieces = ["'a b  c''d e'", '"odd name x"', '$tag$ body $x$ of it $tag$', '/* a b c */'];
    for (const piece of pieces) {
      const lines = wrapSql(`SELECT one, ${piece} FROM somewhere`, 12);
      expect(lines.some((line) => line.includes(piece))).toBe(true);
    }
  });

  test('says the same as before, once white space is folded', () => {
    const sql = "CREATE INDEX a_b_idx ON a (b, c)\n  WHERE d = 'it''s  here' AND e - 1 > 2 / 3; -- the last one\nSELECT 1;";
    expect(wrapSql(sql, 20).join(' ').replace(/\s+/g, ' ')).toBe(sql.replace(/\s+/g, ' '));
  });

  test('never puts code behind a comment', () => {
    const lines = wrapSql('SELECT 1 -- one\nFROM a', 80);
    expect(lines).toEqual(['SELECT 1 -- one', 'FROM a']);
  });

  test('keeps to the width where it can', () => {
    for (const line of wrapSql('SELECT aaa, bbb, ccc, ddd FROM eee WHERE fff = 1', 20)) expect(stringWidth(line)).toBeLessThanOrEqual(20);
  });
});

test('a terminal never gets control characters from a file', () => {
  expect(printable('a\u001b[31mred\u0007\u009b')).toBe('a\ufffd[31mred\ufffd\ufffd');
  expect(oneLine(' a\r\n\tb ')).toBe('a b');
});

test('truncate counts columns', () => {
  expect(truncate('abcdef', 4)).toBe('abc…');
  expect(truncate('漢字漢字', 5)).toBe('漢字…');
  expect(truncate('short', 5)).toBe('short');
});

test('spread sets two texts apart, or on two lines', () => {
  expect(spread('a', 'b', 6)).toBe('a    b');
  expect(spread('aaaa', 'bbbb', 6)).toBe('aaaa\n  bbbb');
});

test('hang indents what follows', () => {
  expect(hang('1. ', ['a', 'b'])).toEqual(['1. a', '   b']);
});

test('a function body begins on the line that announces it', () => {
  expect(wrapSql('CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$ LANGUAGE plpgsql', 60)).toEqual([
    'CREATE FUNCTION f() RETURNS int AS $$',
    'BEGIN',
    '  RETURN 1;',
    'END;',
    '$$ LANGUAGE plpgsql',
  ]);
});
