import { ownValue } from '../../../model/own-value';
import { enumPath, quoted } from './paths';
import type { Table, TableColumn } from './tables';

/** A column as TypeORM writes it (`PostgresQueryRunner.js`, `buildCreateColumnSql`; `PostgresDriver.js`, `createFullType`). */

/** What the default `uuidExtension` generates identifiers with. */
export const uuidGenerator = 'uuid_generate_v4()';

/** `ADD` and the list of CREATE TABLE take the same words. */
export function columnDefinition(table: Table, column: TableColumn): string {
  const parts = [quoted(column.name)];
  if (column.isGenerated === true && column.generationStrategy !== 'uuid') parts.push(generatedType(column));
  if (isEnum(column)) parts.push(`${enumPath(table, column)}${column.isArray === true ? ' array' : ''}`);
  else if (column.isGenerated !== true || column.type === 'uuid') parts.push(fullType(column));
  if (column.generatedType === 'STORED' && column.asExpression !== undefined)
    parts.push(`GENERATED ALWAYS AS (${column.asExpression}) STORED`);
  if (column.charset !== undefined) parts.push(`CHARACTER SET ${quoted(column.charset)}`);
  if (column.collation !== undefined) parts.push(`COLLATE ${quoted(column.collation)}`);
  if (column.isNullable === false) parts.push('NOT NULL');
  if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`);
  else if (column.isGenerated === true && column.generationStrategy === 'uuid') parts.push(`DEFAULT ${uuidGenerator}`);
  return parts.filter((part) => part !== '').join(' ');
}

export function isEnum({ type }: TableColumn): boolean {
  return type === 'enum' || type === 'simple-enum';
}

const serials: Readonly<Record<string, string>> = {
  integer: 'SERIAL',
  int: 'SERIAL',
  int4: 'SERIAL',
  smallint: 'SMALLSERIAL',
  int2: 'SMALLSERIAL',
  bigint: 'BIGSERIAL',
  int8: 'BIGSERIAL',
};

function generatedType(column: TableColumn): string {
  const type = column.type ?? '';
  if (column.generationStrategy === 'identity') return `${type} GENERATED ${column.generatedIdentity ?? 'BY DEFAULT'} AS IDENTITY`;
  return ownValue(serials, type) ?? '';
}

const timeTypes: Readonly<Record<string, readonly [string, string]>> = {
  'time without time zone': ['TIME', ''],
  'time with time zone': ['TIME', ' WITH TIME ZONE'],
  'timestamp without time zone': ['TIMESTAMP', ''],
  'timestamp with time zone': ['TIMESTAMP', ' WITH TIME ZONE'],
};

/** The type with its length or precision. */
export function fullType(column: TableColumn): string {
  const array = column.isArray === true ? ' array' : '';
  return scalarType(column) + array;
}

function scalarType({ type = '', length = '', precision, scale, spatialFeatureType, srid }: TableColumn): string {
  const time = ownValue(timeTypes, type);
  if (time !== undefined) return `${time[0]}${precision === undefined ? '' : `(${precision})`}${time[1]}`;
  if (type === 'geometry' || type === 'geography') {
    if (spatialFeatureType === undefined) return type;
    return `${type}(${spatialFeatureType}${srid === undefined ? '' : `,${srid}`})`;
  }
  if (length !== '') return `${type}(${length})`;
  if (precision === undefined) return type;
  return scale === undefined ? `${type}(${precision})` : `${type}(${precision},${scale})`;
}
