import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { body, program } from './support';

beforeAll(loadParser);

describe('strings', () => {
  it.each([
    ["db.query('a' + 'b' + 1 + true + null)", ['ab1truenull']],
    ["const t = 'x'; db.query(`DROP ${t} ${1 + 1} ${`in${t}`}`)", ['DROP x 2 inx']],
    ["db.query('  a b '.trim().toUpperCase())", ['A B']],
    ["db.query('a,b'.split(',').map((c) => `${c} int`).join(', '))", ['a int, b int']],
    ["db.query('a-b-c'.replace('-', '_'))", ['a_b-c']],
    ["db.query('a-b-c'.replaceAll('-', '_'))", ['a_b_c']],
    ["db.query('a  b\\n c'.replace(/\\s+/g, ' '))", ['a b c']],
    ["db.query('camelCase'.replace(/[A-Z]/g, (c) => '_' + c.toLowerCase()))", ['camel_case']],
    ["db.query('John Smith'.replace(/(\\w+) (\\w+)/, '$2 $1'))", ['Smith John']],
    [
      "db.query('7'.padStart(3, '0') + 'ab'.repeat(2) + 'abcdef'.slice(1, -1) + 'abc'.substring(1) + 'abc'.charAt(0))",
      ['007abab' + 'bcde' + 'bc' + 'a'],
    ],
    ["db.query(['a', 'b'].concat(['c'], 'd').join())", ['a,b,c,d']],
    ["db.query('a'.concat('b', 1))", ['ab1']],
    ["db.query(String(12) + (5).toFixed(2) + Number('3') + parseInt('12px'))", ['125.00312']],
    ["db.query(`x = ${JSON.stringify({ a: [1, 'b', null], c: undefined })}`)", ['x = {"a":[1,"b",null]}']],
    ['db.query(JSON.parse(\'{"a": "SELECT 1"}\').a)', ['SELECT 1']],
    ['db.query(String.raw`a\\d${1}`)', ['a\\d1']],
    ["db.query('abc'.includes('b') ? 'yes' : 'no')", ['yes']],
    ["db.query(typeof 'a' + typeof 1 + typeof {} + typeof (() => 1) + typeof undefined)", ['stringnumberobjectfunctionundefined']],
    ["db.query('a' < 'b' ? 'less' : 'more')", ['less']],
    ['db.query("a\\\n b\\x41\\u0042\\u{43}\\101\\0")', ['a bABCA\0']],
    ["db.query(`a ${'b' ?? 'c'} ${null ?? 'd'} ${'' || 'e'} ${0 && 'f'}`)", ['a b d e 0']],
    ["db.query(`n = ${2 ** 3 % 5 - 1} ${~1} ${-2} ${+'4'} ${7 >> 1} ${10n}`)", ['n = 2 -2 -2 4 3 10']],
    ['db.query(`m = ${Math.max(1, 2)} ${Math.floor(2.5)}`)', ['m = 2 2']],
  ])('%s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });

  it.each([
    ['const s = process.env.SCHEMA; db.query(`DROP TABLE ${s}.a`)', ['DROP TABLE ${process.env.SCHEMA}.a']],
    ['db.query(`x ${new Date().toISOString()}`)', ['x ${new Date().toISOString()}']],
    [
      "const { schema = 'public' } = db.options(); db.query(`DROP TABLE ${schema}.a`)",
      ['DROP TABLE public.a', 'DROP TABLE ${db.options().schema}.a'],
    ],
    ["const n = name || 'users'; db.query(`DROP TABLE ${n}`)", ['DROP TABLE users']],
    ['db.query(` x ${name} `.trim().toUpperCase())', ['X ${name}']],
    ["db.query(`a${name};`.endsWith(';') ? 'yes' : 'no')", ['yes']],
    ['db.query(`a${name};`.slice(0, -1))', ['a${name}']],
    ["db.query(`a ${name} b`.replace(/ +/g, '_'))", ['a_${name}_b']],
    ["db.query(['a', name, `b${name}`].join(' '))", ['a ${name} b${name}']],
    ["db.query(`x '${JSON.stringify({ a: name, b: 1 })}'`)", ['x \'{"a":${name},"b":1}\'']],
    ["db.query('a' + (flag ? 'b' : 'c'))", ['ab', 'ac']],
    ["let t = 'int'; if (flag) t = 'bigint'; db.query(`ADD a ${t}`)", ['ADD a bigint', 'ADD a int']],
    ["let t = 'int'; if (flag) { t = 'bigint'; } else { t = 'text'; } db.query(`ADD a ${t}`)", ['ADD a bigint', 'ADD a text']],
    ["const o = { a: 'int' }; if (flag) o.a = 'text'; db.query(o.a)", ['text', 'int']],
    ["const names = { a: 'one', b: 'two' }; db.query(`x ${names[key]}`)", ['x one', 'x two']],
    ['db.query(dedent`\n  SELECT ${1}`)', ['\n  SELECT 1']],
  ])('with holes and choices: %s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });

  it('knows where each character comes from', () => {
    const text =
      "const TABLE = 'users';\nexport async function up(db) {\n  await db.query(`ALTER TABLE ${TABLE} ADD note text DEFAULT '\\`' -- \\u0041\n  `.trim());\n}\n";
    const { rendering } = program(text);
    for (const piece of rendering.pieces.filter(({ kind }) => kind === 'verbatim')) {
      expect(text.slice(piece.source.start, piece.source.end)).toBe(rendering.text.slice(piece.span.start, piece.span.end));
    }
    expect(
      rendering.pieces.map(({ kind, span, source }) => [
        kind,
        rendering.text.slice(span.start, span.end),
        text.slice(source.start, source.end),
      ]),
    ).toEqual([
      ['verbatim', 'ALTER TABLE ', 'ALTER TABLE '],
      ['verbatim', 'users', 'users'],
      ['verbatim', " ADD note text DEFAULT '", " ADD note text DEFAULT '"],
      ['written', '`', '\\`'],
      ['verbatim', "' -- ", "' -- "],
      ['written', 'A', '\\u0041'],
    ]);
    expect(rendering.text.endsWith('\n;\n')).toBe(true);
  });
});
