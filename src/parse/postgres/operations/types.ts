import type { Node, TypeName } from '@pgsql/types';
import { quoteIdentifier } from '../identifiers';
import { as, strings } from './nodes';

/** Spellings of built-in types, and what `format_type` writes for them. `*` is where a length or precision goes. */
const canonical = new Map([
  ['int', 'integer'],
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['decimal', 'numeric*'],
  ['numeric', 'numeric*'],
  ['varchar', 'character varying*'],
  ['bpchar', 'character*'],
  ['varbit', 'bit varying*'],
  ['bit', 'bit*'],
  ['timestamp', 'timestamp* without time zone'],
  ['timestamptz', 'timestamp* with time zone'],
  ['time', 'time* without time zone'],
  ['timetz', 'time* with time zone'],
]);

const serialTypes = new Map([
  ['serial', 'integer'],
  ['serial4', 'integer'],
  ['bigserial', 'bigint'],
  ['serial8', 'bigint'],
  ['smallserial', 'smallint'],
  ['serial2', 'smallint'],
]);

/** The integer type behind `serial` and its kin; undefined for every other type. */
export function serialType(type: TypeName | undefined): string | undefined {
  const names = type?.names;
  return names?.length === 1 ? serialTypes.get(as(names[0], 'String')?.sval ?? '') : undefined;
}

/** Bits of the interval type's first modifier: which fields (`src/include/utils/timestamp.h`, INTERVAL_MASK). */
const intervalFields: Readonly<Record<number, string>> = {
  4: 'year',
  2: 'month',
  8: 'day',
  1024: 'hour',
  2048: 'minute',
  4096: 'second',
  6: 'year to month',
  1032: 'day to hour',
  3080: 'day to minute',
  7176: 'day to second',
  3072: 'hour to minute',
  7168: 'hour to second',
  6144: 'minute to second',
};

function modifier(node: Node): string {
  const constant = as(node, 'A_Const');
  if (constant !== undefined) {
    if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
    return constant.fval?.fval ?? constant.sval?.sval ?? '';
  }
  return strings(as(node, 'ColumnRef')?.fields).join('.');
}

function intervalText(modifiers: readonly string[]): string {
  const fields = intervalFields[Number(modifiers[0])];
  const precision = modifiers[1] === undefined ? '' : `(${modifiers[1]})`;
  return `interval${fields === undefined ? '' : ` ${fields}`}${precision}`;
}

/**
 * A type as `format_type` writes it, where the text alone decides: `integer`, `character varying(50)`, `timestamp with time zone[]`.
 * A name that could be a user's own type is kept as it was given.
 */
export function typeText(type: TypeName | undefined): string {
  const parts = strings(type?.names);
  const name = parts[parts.length - 1] ?? '';
  const builtIn = parts.length === 1 || (parts.length === 2 && parts[0] === 'pg_catalog');
  const modifiers = type?.typmods?.map(modifier) ?? [];
  const length = modifiers.length === 0 ? '' : `(${modifiers.join(',')})`;
  const spelling = builtIn ? (serialTypes.get(name) ?? canonical.get(name)) : undefined;
  let text: string;
  if (builtIn && name === 'interval') text = intervalText(modifiers);
  // Without a length `bpchar` is a type of its own, while CHAR is character(1).
  else if (name === 'bpchar' && length === '') text = 'bpchar';
  else if (spelling !== undefined) text = spelling.includes('*') ? spelling.replace('*', length) : spelling;
  else if (parts.length === 1 && name === 'char') text = '"char"';
  else text = (parts.length === 2 && builtIn ? [name] : parts).map((part) => typeName(part)).join('.') + length;
  if (type?.pct_type) text += '%TYPE';
  return (type?.arrayBounds?.length ?? 0) > 0 ? `${text}[]` : text;
}

/** Built-in types whose names are keywords of the grammar need no quotes in a type's place. */
function typeName(name: string): string {
  return /^(interval|json|xml|time|timestamp)$/.test(name) ? name : quoteIdentifier(name);
}
