import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { readText } from '../../../src/parse/read';
import { columnsOf } from '../../../src/report/columns';
import { hang, oneLine, printable, spread, truncate, wrap, wrapStatements } from '../../../src/report/terminal-text';

describe('wrap', () => {
  test('breaks at spaces, and a longer word where the line ends', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
  });

  test('counts columns, not code units', () => {
    expect(wrap('漢字 漢字', 5)).toEqual(['漢字', '漢字']);
    for (const line of wrap('😀'.repeat(30), 11)) expect(stringWidth(line)).toBeLessThanOrEqual(11);
  });

  test('is the same for plain text as for any other', () => {
    const words = ['a', 'an', 'a·b', 'longer', 'longest—of', 'all', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'a…', ''];
    for (let seed = 1; seed < 60; seed += 1) {
      const text = Array.from({ length: (seed % 13) + 1 }, (_, at) => words[(seed * (at + 3) + at * at) % words.length]).join(' ');
      // A letter of one column that is not among the plain ones.
      const other = (plain: string) => plain.replaceAll('a', 'ạ');
      for (const columns of [1, 2, 4, 7, 20]) expect(wrap(text, columns).map(other)).toEqual(wrap(other(text), columns));
    }
  });

  test('keeps paragraphs', () => {
    expect(wrap('one\ntwo', 40)).toEqual(['one', 'two']);
  });
});

const wrapSql = (text: string, columns: number) => wrapStatements(text, columns, 'sql');

describe('wrapStatements of SQL', () => {
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

describe('wrapStatements of mongosh text', () => {
  const text = [
    'db.users.updateMany({ name: "it is \\"quoted\\"  here", at: { $lt: ISODate("2024-01-01T00:00:00Z") } }, { $set: { a: 1, b: 4 / 2 } });',
    '// a comment that is longer than a line of twenty columns',
    "db.log.deleteMany({ text: /two words  [/ x] 'y/i, kind: { $in: ['a b', `c  d`] } });",
    'db.getCollection("a-b").insertMany([{ _id: 1, text: "a  b" }, { _id: 2 }], { ordered: false }); /* the last one */',
  ].join('\n');

  test.each([10, 20, 40, 60, 80, 200])('can be run as before at %i columns', (columns) => {
    const meant = (each: string): string =>
      JSON.stringify(
        readText(each, { name: 'mongodb', major: 8 }).map(({ operations }) => operations),
        (key, value) => (/^(?:span|sessionAt)$/.test(key) ? undefined : value),
      );
    const lines = wrapStatements(text, columns, 'mongosh');
    expect(meant(lines.join('\n'))).toBe(meant(text));
    expect(meant(text).match(/"document command"/g)).toHaveLength(3);
    const widest =
      Math.max(
        ...['// a comment that is longer than a line of twenty columns', '"it is \\"quoted\\"  here",'].map((each) => stringWidth(each)),
      ) + 2;
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(columns, widest));
  });
});

test('a terminal never gets control characters from a file', () => {
  expect(printable('a\u001b[31mred\u0007\u009b')).toBe('a\ufffd[31mred\ufffd\ufffd');
  expect(oneLine(' a\r\n\tb ')).toBe('a b');
});

test('each plain character has one column, and joins no other', () => {
  const all = Array.from({ length: 0x2800 }, (_, code) => String.fromCharCode(code));
  const plain = all.filter((character) => /[ -~·À-ɏ–—‘’“”…─-╿✓]/.test(character));
  expect(plain).toHaveLength(95 + 1 + 400 + 7 + 128 + 1);
  expect(plain.filter((character) => stringWidth(character) !== 1)).toEqual([]);
  expect(stringWidth(plain.join(''))).toBe(plain.length);
  // What begins a command of a terminal never comes here: `printable` has replaced it.
  for (const character of all.filter((each) => !['\u001b', '\u009b'].includes(each)))
    expect(columnsOf(`a${character}b`), character.charCodeAt(0).toString(16)).toBe(stringWidth(`a${character}b`));
});

test('any other character has the columns that the library of terminals gives it', () => {
  const different: string[] = [];
  for (let code = 0xa0; code <= 0x1ffff; code += code < 0x3000 || code >= 0x1f000 ? 1 : 37) {
    const text = `a${String.fromCodePoint(code)}`;
    if (columnsOf(text) !== stringWidth(text)) different.push(code.toString(16));
  }
  expect(different).toEqual([]);
  const joined = [
    '👨‍👩‍👧',
    '👍🏽',
    '🇩🇪',
    '1️⃣',
    '1⃣',
    '1',
    '❤️',
    '❤',
    'e\u0301',
    '한글',
    '☎︎',
    '\ud83d',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    'นี้',
    'क्षि',
    '\u200b',
    'a\r\nb',
    '👨‍',
    '🙂‍↔️',
  ];
  expect(joined.map(columnsOf)).toEqual(joined.map((text) => stringWidth(text)));
});

test('colours have no columns', () => {
  expect(columnsOf('\u001b[1m\u001b[31mred · \u001b[39m\u001b[22m')).toBe(6);
  expect(columnsOf('\u001b[38;5;12m漢字\u001b[0m')).toBe(4);
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
