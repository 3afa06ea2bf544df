import { quoteLiteral } from '../../../parse/mysql/identifiers';
import { digest, pick } from '../../random';
import { isBoolean, type TypeForm, wholeTypes } from './form';

/** What a value is made from. */
export interface ValueSource {
  /** The row's number, from 1. */
  readonly row: number;
  /** Names table and column, and holds the seed: no two columns get the same series. */
  readonly salt: string;
  /** The column's name, a hint at what its texts look like. */
  readonly name: string;
}

/**
 * A literal for a value of this type. Values are clean data: never NULL, and different in every row where the type has room for that, so that a
 * migration which adds a constraint does not fail on our rows. Undefined for types without known values.
 */
export function valueFor(form: TypeForm, source: ValueSource): string | undefined {
  const { row, salt } = source;
  if (form.json) return quoteLiteral(JSON.stringify({ number: row, word: word(source) }));
  if (isBoolean(form)) return String(pick(2, salt, row));
  const greatest = wholeTypes.get(form.base);
  if (greatest !== undefined) return String(1 + ((row - 1) % greatest));
  return values[form.base]?.(form, source);
}

type Value = (form: TypeForm, source: ValueSource) => string | undefined;

const text: Value = (form, source) => quoteLiteral(textOf(source, form.length ?? 200));
const bytes: Value = (form, { row, salt }) => {
  const length = form.length ?? 16;
  const number = row.toString(16).padStart(8, '0');
  const hex = length < 4 ? number.slice(-2 * length) : `${number}${digest(salt, row)}`;
  return length === 0 ? "''" : `X'${hex.slice(0, 2 * Math.min(length, 16))}'`;
};
const point = ({ row, salt }: ValueSource) => `${row % 89} ${pick(170, salt, row)}`;
const shape =
  (kind: string, inside: (source: ValueSource) => string): Value =>
  (form, source) =>
    `ST_GeomFromText('${kind}(${inside(source)})', ${form.srid})`;
const square = ({ row }: ValueSource) => `(${row % 80} 0, ${row % 80} 1, ${(row % 80) + 1} 1, ${(row % 80) + 1} 0, ${row % 80} 0)`;
const line = ({ row }: ValueSource) => `${row % 80} 0, ${row % 80} 1`;

const values: Readonly<Record<string, Value>> = {
  decimal: decimal,
  float: (_, { row }) => `${(row % 1_000_000) + 0.5}`,
  double: (_, { row }) => `${row + 0.5}`,
  bit: (form, { row }) => String(row % 2 ** Math.min(form.length ?? 1, 48)),
  char: text,
  varchar: text,
  tinytext: text,
  text: text,
  mediumtext: text,
  longtext: text,
  binary: bytes,
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
  enum: ({ labels }, { row, salt }) => labels[pick(labels.length, salt, row)] && quoteLiteral(labels[pick(labels.length, salt, row)] ?? ''),
  set: ({ labels }, { row, salt }) => quoteLiteral(labels.filter((_, at) => pick(2, salt, row, at) === 1).join(',') || (labels[0] ?? '')),
  date: (_, { row }) => `'${day(row)}'`,
  datetime: (form, source) => `'${moment(form, source)}'`,
  timestamp: (form, source) => `'${moment(form, { ...source, row: source.row % 3_000_000 })}'`,
  time: (_, { row }) => `'${new Date((row % 1_400) * 61_000).toISOString().slice(11, 19)}'`,
  year: (_, { row }) => String(1970 + (row % 100)),
  point: shape('POINT', point),
  geometry: shape('POINT', point),
  linestring: shape('LINESTRING', line),
  polygon: shape('POLYGON', square),
  multipoint: shape('MULTIPOINT', line),
  multilinestring: shape('MULTILINESTRING', (source) => `(${line(source)})`),
  multipolygon: shape('MULTIPOLYGON', (source) => `(${square(source)})`),
  geometrycollection: shape('GEOMETRYCOLLECTION', (source) => `POINT(${point(source)})`),
  geomcollection: shape('GEOMETRYCOLLECTION', (source) => `POINT(${point(source)})`),
  // As STRING_TO_VECTOR of MySQL and VEC_FromText of MariaDB make it: 32-bit floats, little-endian.
  vector: (form, { row, salt }) =>
    `X'${Array.from({ length: form.length ?? 3 }, (_, at) => float(pick(100, salt, row, at) / 4)).join('')}'`,
  uuid: (_, { row, salt }) => quoteLiteral(uuid(salt, row)),
  inet4: (_, { row }) => `'10.${(row >> 16) & 255}.${(row >> 8) & 255}.${row & 255}'`,
  inet6: (_, { row }) => `'fd00::${((row >> 16) & 0xffff).toString(16)}:${(row & 0xffff).toString(16)}'`,
};

function float(value: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((at) => view.getUint8(at).toString(16).padStart(2, '0')).join('');
}

/** The days of all generated rows begin here. */
const epoch = Date.UTC(2024, 0, 1);

function day(row: number): string {
  return new Date(epoch + (row % 100_000) * 86_400_000).toISOString().slice(0, 10);
}

/** The fraction differs with the seed. */
function moment(form: TypeForm, { row, salt }: ValueSource): string {
  const seconds = new Date(epoch + row * 61_000).toISOString().slice(0, 19).replace('T', ' ');
  const digits = form.length ?? 0;
  return digits === 0 ? seconds : `${seconds}.${String(pick(10 ** digits, salt, row)).padStart(digits, '0')}`;
}

function uuid(salt: string, row: number): string {
  const hex = digest(salt, row);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Whole numbers as far as the precision has room for them, with decimals that vary. */
function decimal(form: TypeForm, { row, salt }: ValueSource): string {
  const scale = form.scale ?? 0;
  const whole = (form.length ?? 10) - scale;
  if (whole <= 0) return `0.${String(row % 10 ** Math.min(scale, 15)).padStart(scale, '0')}`;
  const units = String(row % 10 ** Math.min(whole, 15));
  if (scale === 0) return units;
  const digits = Math.min(scale, 15);
  return `${units}.${String(pick(10 ** digits, salt, row)).padStart(digits, '0')}`;
}

const words = 'amber birch cedar delta ember fjord grove heron inlet lotus maple north ocean pearl quartz river'.split(' ');

function word({ salt, row }: ValueSource): string {
  return words[pick(words.length, salt, row)] ?? '';
}

/** A text that suits the column's name, different in every row as far as `room` allows. */
function textOf(source: ValueSource, room: number): string {
  const { row, name, salt } = source;
  if (room < 8) return code(row, room);
  if (/uuid|guid/i.test(name) && room >= 36) return uuid(salt, row);
  if (/e[-_]?mail/i.test(name) && room >= 24) return `user${row}@example.org`;
  if (/ur[li]$|url_|website|link/i.test(name) && room >= 32) return `https://example.org/${row}`;
  if (/phone|mobile|fax/i.test(name) && room >= 13) return `+1555${String(row).padStart(8, '0')}`;
  const joint = /slug|path|key|token|login|handle|code|sku|user_?name/i.test(name) || room < 16 ? '-' : ' ';
  // The number has to survive, or rows would be alike: the word before it gives way.
  return `${`${word(source)}${joint}`.slice(0, Math.max(room - String(row).length, 0))}${row}`.slice(-room);
}

/** The row's number in base 26 as exactly `length` letters: AA, AB ... ZZ, AA. */
function code(row: number, length: number): string {
  return Array.from({ length }, (_, at) => String.fromCharCode(65 + (Math.floor((row - 1) / 26 ** (length - 1 - at)) % 26))).join('');
}
