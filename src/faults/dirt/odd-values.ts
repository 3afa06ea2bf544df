import type { OddValue } from './recipe';

/** Longer than what a btree index can hold (2704 bytes, nbtree.h), and nothing that compression makes shorter. */
export const tooLongForIndex: OddValue = {
  value: "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) AS i)",
  words: 'a text of 12,800 characters',
};

const textTypes = /^(text|character varying|varchar|character|char|citext|name|bpchar)\b/;
const wholeTypes = /^(smallint|integer|bigint)\b/;
const approximateTypes = /^(numeric|decimal|real|double precision|money)\b/;
const temporalTypes = /^(date|timestamp)/;
const jsonTypes = /^jsonb?\b/;

export function isText(type: string): boolean {
  return textTypes.test(type);
}

/** `n` of `character varying(n)`; undefined for a type without one. */
export function lengthOf(type: string): number | undefined {
  const length = /^(?:character varying|varchar|character|char|bpchar)\s*\((\d+)\)/.exec(type)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** Values of a type that are legal, and that careless code does not expect. */
export function oddValues(type: string): readonly OddValue[] {
  if (isText(type)) return [word('no value'), { value: "''", words: 'an empty text' }];
  if (wholeTypes.test(type)) return [{ value: greatest(type), words: `the greatest ${type}` }, number('0'), number('-1')];
  if (approximateTypes.test(type)) return [number(greatestDecimal(type)), number('-1'), number('0'), { value: "'NaN'", words: 'NaN' }];
  if (temporalTypes.test(type)) return [{ value: "'infinity'", words: 'infinity' }];
  if (jsonTypes.test(type))
    return [
      { value: `'{}'`, words: 'an empty object' },
      { value: `'"text"'`, words: 'a text, no object' },
    ];
  return [];
}

/** Values of type `from` that a conversion to type `to` may refuse, likeliest first. */
export function unconvertible(from: string, to: string): readonly OddValue[] {
  return [...tooLarge(from, to), ...(isText(from) ? [unreadable(to)] : []), ...oddValues(from)];
}

function tooLarge(from: string, to: string): readonly OddValue[] {
  const length = lengthOf(to) ?? (/^(character|char|bpchar)$/.test(to) ? 1 : undefined);
  if (length !== undefined && isText(from)) return [{ value: `repeat('x', ${length + 1})`, words: `a text of ${length + 1} characters` }];
  if (length !== undefined) return [...oddValues(from)];
  if (/^smallint/.test(to)) return fromText(from, '40000');
  if (/^integer/.test(to)) return fromText(from, '3000000000');
  if (/^bigint/.test(to)) return fromText(from, '10000000000000000000');
  const precision = /^(?:numeric|decimal)\s*\((\d+)(?:\s*,\s*(-?\d+))?\)/.exec(to);
  if (precision !== null) return fromText(from, `1${'0'.repeat(Math.max(Number(precision[1]) - Number(precision[2] ?? 0), 0))}`);
  return [];
}

/** Of a text the likelier trouble is what is no number at all: it comes first there. */
function fromText(from: string, digits: string): readonly OddValue[] {
  return isText(from) ? [word('not a number'), { value: `'${digits}'`, words: `the number ${digits}` }] : [number(digits)];
}

function unreadable(to: string): OddValue {
  if (jsonTypes.test(to)) return word('{not json');
  if (temporalTypes.test(to)) return word('31.02.2024');
  if (/^bool/.test(to)) return word('perhaps');
  if (/^uuid/.test(to)) return word('not-a-uuid');
  if (wholeTypes.test(to) || approximateTypes.test(to)) return word('not a number');
  return word('no such value');
}

function word(text: string): OddValue {
  return { value: `'${text}'`, words: `the text '${text}'` };
}

function number(digits: string): OddValue {
  return { value: digits, words: `the number ${digits}` };
}

function greatestDecimal(type: string): string {
  const [, precision, scale = '0'] = /^(?:numeric|decimal)\((\d+)(?:,\s*(\d+))?\)/.exec(type) ?? [];
  if (precision === undefined) return '99999999999.99';
  const decimals = '9'.repeat(Number(scale));
  return `${'9'.repeat(Math.max(Number(precision) - Number(scale), 0)) || '0'}${decimals === '' ? '' : `.${decimals}`}`;
}

function greatest(type: string): string {
  if (type.startsWith('smallint')) return '32767';
  return type.startsWith('integer') ? '2147483647' : '9223372036854775807';
}
