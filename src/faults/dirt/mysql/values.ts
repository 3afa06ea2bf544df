import type { OddValue } from '../recipe';

const textTypes = /^(char|varchar|tinytext|text|mediumtext|longtext)\b/;
const numberTypes = /^(tinyint|smallint|mediumint|int|bigint|decimal|float|double)\b/;
const timeTypes = /^(date|datetime|timestamp|time|year)\b/;

/** The greatest values that whole numbers hold, without and with a sign. */
const ranges: Readonly<Record<string, readonly [string, string]>> = {
  tinyint: ['255', '127'],
  smallint: ['65535', '32767'],
  mediumint: ['16777215', '8388607'],
  int: ['4294967295', '2147483647'],
  bigint: ['18446744073709551615', '9223372036854775807'],
};

export function isText(type: string): boolean {
  return textTypes.test(type);
}

/** Values of type `from` that a conversion to `to` may refuse in strict mode, likeliest first. */
export function unconvertible(from: string, to: string): readonly OddValue[] {
  return [...tooLarge(from, to), ...(isText(from) ? unreadable(to) : []), ...oddValues(from)];
}

function tooLarge(from: string, to: string): readonly OddValue[] {
  const length = Number(/^(?:char|varchar|binary|varbinary)\((\d+)\)/.exec(to)?.[1] ?? Number.NaN);
  if (Number.isFinite(length)) return isText(from) || /^(var)?binary|blob/.test(from) ? [text(length + 1)] : [];
  if (/^tinytext|^tinyblob/.test(to)) return [text(256)];
  if (/^text|^blob/.test(to) && isText(from)) return [text(65_536)];
  const range = ranges[/^\w+/.exec(to)?.[0] ?? ''];
  if (range !== undefined) {
    const greatest = /\bunsigned\b/.test(to) ? range[0] : range[1];
    return [number(String(BigInt(greatest) + 1n), from), ...(/\bunsigned\b/.test(to) ? [number('-1', from)] : [])];
  }
  const [, precision, scale = '0'] = /^decimal\((\d+)(?:,(\d+))?\)/.exec(to) ?? [];
  return precision === undefined ? [] : [number(`1${'0'.repeat(Math.max(Number(precision) - Number(scale), 0))}`, from)];
}

function unreadable(to: string): readonly OddValue[] {
  if (numberTypes.test(to)) return [word('not a number')];
  if (timeTypes.test(to)) return [word('31.02.2024')];
  if (/^json\b/.test(to)) return [word('{not json')];
  return [word('no such value')];
}

/** Values of a type that are legal, and that careless code does not expect. */
export function oddValues(type: string): readonly OddValue[] {
  if (isText(type)) return [word('no value'), { value: "''", words: 'an empty text' }, outsideLatin];
  const range = ranges[/^\w+/.exec(type)?.[0] ?? ''];
  if (range !== undefined) {
    const unsigned = /\bunsigned\b/.test(type);
    const greatest = unsigned ? range[0] : range[1];
    return [{ value: greatest, words: `the greatest ${type}` }, number('0', type), ...(unsigned ? [] : [number('-1', type)])];
  }
  const [, precision, scale = '0'] = /^decimal\((\d+)(?:,(\d+))?\)/.exec(type) ?? [];
  if (precision !== undefined) {
    const whole = '9'.repeat(Number(precision) - Number(scale)) || '0';
    return [number(Number(scale) > 0 ? `${whole}.${'9'.repeat(Number(scale))}` : whole, type), number('-1', type)];
  }
  if (/^(float|double)\b/.test(type)) return [number('1e30', type), number('-1', type)];
  if (/^(datetime)\b/.test(type))
    return [
      { value: "'1901-01-01 00:00:00'", words: 'a time before 1970' },
      { value: "'2201-01-01 00:00:00'", words: 'a time after 2038' },
    ];
  if (/^date\b/.test(type)) return [{ value: "'1901-01-01'", words: 'a day before 1970' }];
  if (/^(enum|set)\(/.test(type)) return labels(type);
  return [];
}

/** All labels: whichever the new type leaves out. */
function labels(type: string): readonly OddValue[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([value, label = '']) => ({ value, words: `the label '${label}'` }));
}

/** Letters and signs that no charset of one byte has, nor utf8mb3 the last of them. */
export const outsideLatin: OddValue = { value: "'漢字 😀'", words: "the text '漢字 😀'" };

function text(length: number): OddValue {
  return { value: `REPEAT('x', ${length})`, words: `a text of ${length} characters` };
}

function word(value: string): OddValue {
  return { value: `'${value}'`, words: `the text '${value}'` };
}

function number(digits: string, from: string): OddValue {
  return { value: isText(from) ? `'${digits}'` : digits, words: `the number ${digits}` };
}
