import { ownValue } from '../../../../model/own-value';
import { isRecord, recordOf } from '../../plain-objects';
import { DataType } from '../values';
import { onMysql } from './words';

/** A data type as MySQL gets it (`data-types.js`, `dialects/mysql/data-types.js`). */
export function mysqlType(type: unknown): string {
  if (!(type instanceof DataType)) return String(type);
  const { name, args, words } = type;
  const write = ownValue(writers, name);
  return write === undefined ? number(name, args, words) : write(args, words);
}

type Write = (args: readonly unknown[], words: readonly string[]) => string;

const writers: Readonly<Record<string, Write>> = {
  STRING: (args) => characters('VARCHAR', args),
  CHAR: (args) => characters('CHAR', args),
  TEXT: (args) => sizedText('TEXT', args),
  BLOB: (args) => sizedText('BLOB', args),
  BOOLEAN: () => 'TINYINT(1)',
  DATE: ([length]) => (length ? `DATETIME(${String(length)})` : 'DATETIME'),
  DATEONLY: () => 'DATE',
  TIME: () => 'TIME',
  UUID: () => 'CHAR(36) BINARY',
  JSON: () => 'JSON',
  DOUBLE: (args, words) => number('DOUBLE PRECISION', args, words),
  NUMERIC: (args, words) => number('DECIMAL', args, words),
  ENUM: (args) =>
    `ENUM(${valuesOf(args)
      .map((value) => onMysql.writeValue(value))
      .join(', ')})`,
  GEOMETRY: ([kind]) => (typeof kind === 'string' && kind !== '' ? kind.toUpperCase() : 'GEOMETRY'),
};

function valuesOf([first, ...rest]: readonly unknown[]): readonly unknown[] {
  if (isRecord(first)) return Array.isArray(first.values) ? first.values : [];
  return Array.isArray(first) ? first : [first, ...rest];
}

function characters(name: string, [first, binary]: readonly unknown[]): string {
  const options = recordOf(first);
  const length = isRecord(first) ? options.length : first;
  return `${name}(${String(length || 255)})${options.binary === true || binary === true ? ' BINARY' : ''}`;
}

function sizedText(name: string, [first]: readonly unknown[]): string {
  const size = String((isRecord(first) ? first.length : first) ?? '').toLowerCase();
  return ['tiny', 'medium', 'long'].includes(size) ? `${size.toUpperCase()}${name}` : name;
}

/** Lengths and decimals, UNSIGNED and ZEROFILL. Types that are no numbers have none of these. */
function number(name: string, [first, second]: readonly unknown[], words: readonly string[]): string {
  const options = recordOf(first);
  const sizes = isRecord(first) ? [options.length ?? options.precision, options.decimals ?? options.scale] : [first, second];
  const known = sizes.filter((size) => size !== undefined && size !== null).map(String);
  const own = [...(options.unsigned === true ? ['UNSIGNED'] : []), ...(options.zerofill === true ? ['ZEROFILL'] : []), ...words];
  return [
    `${name}${known.length === 0 ? '' : `(${known.join(',')})`}`,
    ...['UNSIGNED', 'ZEROFILL'].filter((word) => own.includes(word)),
  ].join(' ');
}
