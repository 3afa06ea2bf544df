import { ownValue } from '../../../model/own-value';
import { quoteLiteral } from '../../../parse/postgres/identifiers';
import type { TypeForm } from './catalog';

/** What a value is computed from: the row's number (an SQL expression, bigint, from 1) and a number per seed, table and column. */
export interface ValueSource {
  readonly row: string;
  readonly salt: bigint;
  /** The column's name, a hint at what its texts look like. */
  readonly name: string;
}

/** A 64-bit number from a text (FNV-1a), so that no two columns get the same series. */
export function saltOf(...parts: readonly (string | number)[]): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(parts.join('\u0000'))) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return BigInt.asIntN(64, hash);
}

/**
 * A number from 0 to below `size` (an SQL expression) that looks random. hashint8extended is what hash partitioning rests on, so it
 * gives the same on every platform and, since dump and restore rely on it, in every version from 11 on.
 */
export function pick(source: ValueSource, size: string | number): string {
  return `abs(mod(hashint8extended(${source.row}, ${quoteLiteral(String(source.salt))}::bigint), (${size})::bigint))`;
}

/**
 * An SQL expression for a value of this type. Values are clean data: never NULL, and different in every row where the type has room for
 * that, so that a migration which adds a constraint does not fail on our rows. Undefined for types without known values.
 */
export function valueFor(form: TypeForm, source: ValueSource): string | undefined {
  if (form.array && form.inner !== null) return arrayOf(form, form.inner, source);
  if (form.kind === 'e') {
    if (form.labels.length === 0) return undefined;
    return `(ARRAY[${form.labels.map(quoteLiteral).join(', ')}])[1 + ${pick(source, form.labels.length)}]::${form.cast}`;
  }
  if (form.kind === 'c') return `${quoteLiteral(`(${','.repeat(Math.max(form.attributes - 1, 0))})`)}::${form.cast}`;
  if (form.kind === 'r' && form.inner !== null) return rangeOf(form, form.inner, source);
  if (form.kind === 'm' && form.inner !== null) {
    const range = valueFor(form.inner, source);
    return range === undefined ? undefined : `${form.cast}(${range})`;
  }
  return ownValue(baseValues, form.base)?.(form, source);
}

function arrayOf(form: TypeForm, element: TypeForm, source: ValueSource): string | undefined {
  const first = valueFor(element, source);
  const second = valueFor(element, { ...source, salt: saltOf(String(source.salt), 'second') });
  return first === undefined || second === undefined ? undefined : `ARRAY[${first}, ${second}]::${form.cast}`;
}

/** Ranges that touch no other row's, so that exclusion constraints hold. */
function rangeOf(form: TypeForm, subtype: TypeForm, source: ValueSource): string | undefined {
  const low = valueFor(subtype, { ...source, row: `(${source.row} * 2)` });
  const high = valueFor(subtype, { ...source, row: `(${source.row} * 2 + 1)` });
  return low === undefined || high === undefined ? undefined : `${form.cast}(least(${low}, ${high}), greatest(${low}, ${high}))`;
}

type BaseValue = (form: TypeForm, source: ValueSource) => string;

/** The clock of all generated rows. */
const epoch = '2024-01-01 00:00:00';
/** The milliseconds differ with the seed; times of day repeat after 1,400 rows. */
const moment = (source: ValueSource) => `${source.row} * interval '61 seconds' + ${pick(source, 60)} * interval '1 millisecond'`;
const digest = (source: ValueSource) => `md5(${quoteLiteral(String(source.salt))} || '/' || ${source.row})`;
const wrapped = (source: ValueSource, limit: string) => `(1 + mod(${source.row} - 1, ${limit}))`;

const baseValues: Readonly<Record<string, BaseValue>> = {
  int2: (_, source) => `${wrapped(source, '32767')}::smallint`,
  int4: (_, source) => `${wrapped(source, '2147483647')}::integer`,
  int8: (_, source) => source.row,
  oid: (_, source) => `${source.row}::oid`,
  float4: (_, source) => `(${source.row} + 0.5)::real`,
  float8: (_, source) => `(${source.row} + 0.5)::double precision`,
  numeric: numeric,
  money: (_, source) => `${source.row}::numeric::money`,
  bool: (_, source) => `${pick(source, 2)} = 1`,
  text: (_, source) => text(source, null),
  citext: (form, source) => `(${text(source, null)})::${form.cast}`,
  varchar: (form, source) => text(source, form.length),
  bpchar: (form, source) => text(source, form.length),
  name: (_, source) => `left(${text(source, null)}, 63)::name`,
  char: (_, source) => `chr((65 + mod(${source.row} - 1, 26))::integer)::"char"`,
  date: (_, source) => `(date '2024-01-01' + mod(${source.row} - 1, 100000)::integer)`,
  timestamp: (_, source) => `(timestamp '${epoch}' + ${moment(source)})`,
  timestamptz: (_, source) => `(timestamptz '${epoch}+00' + ${moment(source)})`,
  time: (_, source) => `(time '00:00' + ${moment(source)})`,
  timetz: (_, source) => `(time '00:00' + ${moment(source)})::timetz`,
  interval: (_, source) => `(${source.row} * interval '1 minute')`,
  uuid: (_, source) => `${digest(source)}::uuid`,
  json: (_, source) => `json_build_object('number', ${source.row}, 'word', ${word(source)})`,
  jsonb: (_, source) => `jsonb_build_object('number', ${source.row}, 'word', ${word(source)})`,
  bytea: (_, source) => `decode(${digest(source)}, 'hex')`,
  inet: (_, source) => `(inet '10.0.0.0' + mod(${source.row}, 16777216))`,
  cidr: (_, source) => `(inet '10.0.0.0' + mod(${source.row}, 16777216))::cidr`,
  macaddr: (_, source) => `lpad(to_hex(${source.row}), 12, '0')::macaddr`,
  macaddr8: (_, source) => `lpad(to_hex(${source.row}), 16, '0')::macaddr8`,
  bit: (form, source) => `${source.row}::bit(${form.length ?? 1})`,
  varbit: (form, source) => `${source.row}::bit(${Math.min(form.length ?? 32, 32)})::varbit`,
  point: (_, source) => `point(${source.row}, ${pick(source, 1000)})`,
  box: (_, source) => `box(point(${source.row}, 0), point(${source.row} + 0.5, 1))`,
  circle: (_, source) => `circle(point(${source.row}, 0), 0.25)`,
  lseg: (_, source) => `lseg(point(${source.row}, 0), point(${source.row}, 1))`,
  line: (_, source) => `line(point(${source.row}, 0), point(${source.row}, 1))`,
  path: (_, source) => `path(box(point(${source.row}, 0), point(${source.row} + 0.5, 1))::polygon)`,
  polygon: (_, source) => `box(point(${source.row}, 0), point(${source.row} + 0.5, 1))::polygon`,
  tsvector: (_, source) => `to_tsvector('simple', ${text(source, null)})`,
  tsquery: (_, source) => `plainto_tsquery('simple', ${text(source, null)})`,
  xml: (_, source) => `xmlelement(name item, ${source.row})`,
  pg_lsn: (_, source) => `('0/' || upper(to_hex(${source.row})))::pg_lsn`,
  hstore: (form, source) => `('number=>' || ${source.row})::${form.cast}`,
  ltree: (form, source) => `('top.n' || ${source.row})::${form.cast}`,
};

/** Whole numbers as far as the precision has room for them, with decimals that vary. */
function numeric(form: TypeForm, source: ValueSource): string {
  const scale = Math.max(form.scale ?? 2, 0);
  const whole = (form.length ?? 1000) - (form.scale ?? 2);
  const units = whole >= 18 ? source.row : whole <= 0 ? '0' : `mod(${source.row}, ${10n ** BigInt(whole)})`;
  if (scale === 0) return `(${units})::numeric`;
  const steps = 10n ** BigInt(Math.min(scale, 15));
  const decimals = whole <= 0 ? `mod(${source.row}, ${steps})` : pick(source, String(steps));
  return `(${units} + round(${decimals}::numeric / ${steps}, ${Math.min(scale, 15)}))`;
}

const words = [
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'heron',
  'inlet',
  'lotus',
  'maple',
  'north',
  'ocean',
  'pearl',
  'quartz',
  'river',
];

function word(source: ValueSource): string {
  return `(ARRAY[${words.map(quoteLiteral).join(', ')}])[1 + ${pick(source, words.length)}]`;
}

/** A text that suits the column's name, different in every row as far as `length` allows. */
function text(source: ValueSource, length: number | null): string {
  const { row, name } = source;
  const room = length ?? 1000;
  if (room < 8) return code(row, room);
  if (/uuid|guid/i.test(name) && room >= 36) return `${digest(source)}::uuid::text`;
  if (/e[-_]?mail/i.test(name) && room >= 24) return `'user' || ${row} || '@example.org'`;
  if (/ur[li]$|url_|website|link/i.test(name) && room >= 32) return `'https://example.org/' || ${row}`;
  if (/phone|mobile|fax/i.test(name) && room >= 13) return `'+1555' || lpad(${row}::text, 8, '0')`;
  if (/slug|path|key|token|login|handle|code|sku|user_?name/i.test(name) || room < 16)
    return shortened(`${word(source)} || '-'`, `${row}`, room);
  return shortened(`${word(source)} || ' '`, `${row}`, room);
}

/** The number has to survive, or rows would be alike: the word before it gives way. */
function shortened(before: string, row: string, room: number): string {
  if (room >= 24) return `${before} || ${row}`;
  return `left(${before}, greatest(${room} - length(${row}::text), 0)) || right(${row}::text, ${room})`;
}

/** The row's number in base 26 as exactly `length` letters: AA, AB ... ZZ, AA. */
function code(row: string, length: number): string {
  const letters = Array.from({ length }, (_, at) => `chr((65 + mod((${row} - 1) / ${26n ** BigInt(length - 1 - at)}, 26))::integer)`);
  return length === 0 ? `''` : letters.join(' || ');
}
