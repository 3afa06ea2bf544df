import { type Catalog, relationKey } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { columnIdentity } from './change';
import { type DownPart, lostData } from './down-part';
import { spoken } from './names';
import { isNamed } from './rows';

/**
 * Values that a change of type does not give back: the column gets its type again, and what was cut off stays so.
 * @param told columns of which all is said elsewhere, by `columnIdentity`.
 */
export function typesDown(statements: readonly Statement[], before: Catalog, after: Catalog, told: ReadonlySet<string>): DownPart[] {
  return statements.flatMap(({ operations }) =>
    operations.flatMap((operation): DownPart[] => {
      if (operation.kind !== 'alter column type') return [];
      const table = before.tables.find((candidate) => isNamed(operation.table, candidate));
      const column = table?.columns.find((candidate) => candidate.name === operation.column);
      if (table === undefined || column === undefined || keepsValues(column.type, operation, [...before.types, ...after.types])) return [];
      if (told.has(columnIdentity(table, column))) return [];
      const name = `${spoken(table)}.${column.name}`;
      const text = `Lost: values of ${name} as ${column.type}, where ${operation.type} does not hold them: restore them from a backup taken before the migration.`;
      return [lostData(text, { table: relationKey(table), columns: [column.name] })];
    }),
  );
}

const whole = ['smallint', 'integer', 'bigint'];
const texts = /^(text|character varying|varchar|citext)\b/;
/** Types whose text says all of the value, so that it comes back from it. */
const exact = /^(smallint|integer|bigint|numeric|boolean|date|time|timestamp|uuid|interval|json|jsonb|inet|cidr|bytea|oid)\b/;

/** True when every value that the server lets through comes back by casting it to the old type. Unsure is false. */
function keepsValues(type: string, operation: Extract<Operation, { kind: 'alter column type' }>, types: Catalog['types']): boolean {
  const from = baseOf(type, types);
  const to = baseOf(operation.type, types);
  const explicit = operation.using !== undefined;
  if (explicit && !isPlainCast(operation.using ?? '', operation.column)) return false;
  const isText = (type: string) => texts.test(type) || isLabel(type, types);
  if (from === to) return true;
  // An explicit cast cuts a text off silently; SET DATA TYPE alone refuses to (manual, Character Types).
  if (isText(from) && isText(to)) return !explicit || !/\(\d+\)/.test(to) || limitOf(to) >= limitOf(from);
  if (isText(to)) return exact.test(from) && (!explicit || !/\(\d+\)/.test(to));
  if (whole.includes(from) && (whole.includes(to) || /^numeric(\(\d+(, ?\d+)?\))?$/.test(to))) return true;
  if (from === 'integer' || from === 'smallint') return to === 'double precision';
  if (from === 'real') return to === 'double precision';
  if (/^numeric/.test(from) && /^numeric/.test(to)) return scaleOf(to) >= scaleOf(from);
  if (from === 'date') return /^timestamp/.test(to);
  if (/^timestamp/.test(from) && /^timestamp/.test(to)) return !/\(\d\)/.test(to);
  return from === 'jsonb' && to === 'json';
}

/** A domain's values are those of the type beneath it. */
function baseOf(type: string, types: Catalog['types']): string {
  const bare = type.replaceAll('"', '').split('.').at(-1) ?? '';
  return types.find(({ name, kind }) => name === bare && kind === 'domain')?.domain?.baseType ?? type;
}

/** `column`, `column::type`, `column::text::type`, CAST (column AS type). */
function isPlainCast(using: string, column: string): boolean {
  const bare = using.replace(/^\(+|\)+$/g, '').trim();
  const name = `(?:${quoteIdentifier(column).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}|"${column}")`;
  return new RegExp(`^(?:cast\\s*\\(\\s*)?${name}(?:\\s*::\\s*[\\w ."(),\\[\\]]+|\\s+as\\s+[\\w ."(),]+)*$`, 'i').test(bare);
}

function isLabel(type: string, types: Catalog['types']): boolean {
  const bare = type.replaceAll('"', '').split('.').at(-1) ?? '';
  return types.some((known) => known.name === bare && known.kind === 'enum');
}

function limitOf(type: string): number {
  const limit = /\((\d+)\)/.exec(type)?.[1];
  return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
}

function scaleOf(type: string): number {
  if (!type.includes('(')) return Number.POSITIVE_INFINITY;
  return Number(/,\s*(\d+)\)/.exec(type)?.[1] ?? 0);
}
