import { ownValue } from '../../../model/own-value';
import { isRecord, recordOf, textOf } from '../plain-objects';

/** Columns in SQL, from `createColumnDef`, `createColumnConstraint` and `mapDataType` of db-migrate-pg and db-migrate-base. */

export type ColumnSpec = Readonly<Record<string, unknown>>;

/** `{ type: 'string', length: 40 }`, or the type alone. */
export function specOf(value: unknown): ColumnSpec {
  return isRecord(value) ? value : { type: value };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  text: 'TEXT',
  int: 'INTEGER',
  bigint: 'BIGINT',
  datetime: 'TIMESTAMP',
  blob: 'BYTEA',
};

/** Types that it does not know are written in capitals. */
export function typeName(type: unknown): string {
  return ownValue(typeNames, String(type)) ?? String(type).toUpperCase();
}

/** A column's definition with its name. PRIMARY KEY stands in it only where `emitPrimaryKey` says so. */
export function columnDefinition(name: string, spec: ColumnSpec, emitPrimaryKey: boolean): string {
  const zoned = /^(time|timestamp)tz$/.exec(String(spec.type));
  const isSerial = Boolean(spec.primaryKey) && Boolean(spec.autoIncrement);
  return [
    quoteColumn(name),
    isSerial ? '' : typeName(zoned?.[1] ?? spec.type),
    spec.length ? `(${String(spec.length)})` : '',
    zoned !== null || spec.timezone ? 'WITH TIME ZONE' : '',
    isSerial ? (spec.type === 'bigint' ? 'BIGSERIAL' : 'SERIAL') : '',
    spec.primaryKey && emitPrimaryKey ? 'PRIMARY KEY' : '',
    spec.notNull === true ? 'NOT NULL' : '',
    spec.unique ? 'UNIQUE' : '',
    spec.defaultValue === undefined ? '' : `DEFAULT ${defaultText(spec.defaultValue)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** A string stands in quotes as it is; `raw` and `special` without. */
function defaultText(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  const { raw, special, prep } = recordOf(value);
  return textOf(raw) ?? textOf(special) ?? textOf(prep) ?? String(value);
}

function quoteColumn(name: string): string {
  return name.startsWith('"') ? name : `"${name}"`;
}
