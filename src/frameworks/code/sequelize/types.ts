import { ownValue } from '../../../model/own-value';
import { isRecord, recordOf } from '../plain-objects';
import { DataType } from './values';

const ranges: Readonly<Record<string, string>> = {
  INTEGER: 'int4range',
  DECIMAL: 'numrange',
  DATE: 'tstzrange',
  DATEONLY: 'daterange',
  BIGINT: 'int8range',
};

/** A data type as Postgres gets it (`data-types.js`, `dialects/postgres/data-types.js`). ENUM is written by who knows table and column. */
export function writeType(type: unknown): string {
  if (!(type instanceof DataType)) return String(type);
  const args = type.words.length > 0 ? [] : type.args;
  return ownValue(writers, type.name)?.(args, recordOf(args[0])) ?? type.name;
}

type Options = Readonly<Record<string, unknown>>;

const writers: Readonly<Record<string, (args: readonly unknown[], options: Options) => string>> = {
  STRING: (args, options) => characters('VARCHAR', args, options),
  CHAR: (args, options) => characters('CHAR', args, options),
  BLOB: () => 'BYTEA',
  DATE: () => 'TIMESTAMP WITH TIME ZONE',
  DATEONLY: () => 'DATE',
  DECIMAL: decimal,
  NUMERIC: decimal,
  DOUBLE: ([first], options) => sized('DOUBLE PRECISION', first, options),
  REAL: ([first], options) => sized('REAL', first, options),
  FLOAT: ([first, decimals], options) => ((decimals ?? options.decimals) === undefined ? sized('FLOAT', first, options) : 'FLOAT'),
  ARRAY: ([first], options) => `${writeType(isRecord(first) ? options.type : first)}[]`,
  RANGE: ([first], options) => {
    const subtype = isRecord(first) ? options.subtype : first;
    return ranges[subtype instanceof DataType ? subtype.name : 'INTEGER'] ?? 'int4range';
  },
  GEOMETRY: (args, options) => spatial('GEOMETRY', args, options),
  GEOGRAPHY: (args, options) => spatial('GEOGRAPHY', args, options),
};

function characters(name: string, [first, binary]: readonly unknown[], options: Options): string {
  if (options.binary === true || binary === true) return 'BYTEA';
  return `${name}(${String((isRecord(first) ? options.length : first) || 255)})`;
}

function decimal([first, second]: readonly unknown[], options: Options): string {
  const sizes = isRecord(first) ? [options.precision, options.scale] : [first, second];
  const known = sizes.filter(Boolean).map(String);
  return known.length === 0 ? 'DECIMAL' : `DECIMAL(${known.join(',')})`;
}

function spatial(name: string, [first, second]: readonly unknown[], options: Options): string {
  const [kind, srid] = isRecord(first) ? [options.type, options.srid] : [first, second];
  return kind ? `${name}(${String(kind)}${srid ? `,${String(srid)}` : ''})` : name;
}

function sized(name: string, first: unknown, options: Options): string {
  const length = typeof first === 'object' ? options.length : first;
  return length ? `${name}(${String(length)})` : name;
}
