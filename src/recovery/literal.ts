import { postgresWords, type SqlWords } from '../rollback/dialect';

/** Types of MySQL whose values are read and written as hexadecimal digits. */
export function isBytes(type: string): boolean {
  return /^(binary|varbinary|tinyblob|blob|mediumblob|longblob)\b/.test(type);
}

/** A value as SQL of a type. */
export function literalOf(value: string | null, type: string, { quoteLiteral }: SqlWords = postgresWords): string {
  if (value === null) return 'NULL';
  if (isBytes(type)) return value === '' ? quoteLiteral('') : `0x${value}`;
  return /^(tinyint|smallint|mediumint|int|bigint|numeric|decimal|real|float|double)/.test(type) && /^-?[\d.]+$/.test(value)
    ? value
    : quoteLiteral(value);
}
