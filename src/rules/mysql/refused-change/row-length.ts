import type { Column, Table } from '../../../model/catalog';
import { isText, listBytes } from '../../../plan/mysql/column-type';
import type { RuleContext } from '../../context';
import { version } from '../../phrases';
import { assumption, characterWidth, isCharsetAssumed, setsSqlMode } from './characters';
import { type Definitions, type Refusal, typeOf } from './definitions';

/** Of all columns of a row, and of one VARCHAR (manual, "Limits on Table Column Count and Row Size"). */
const mostBytes = 65_535;

/** What stays in the row of values that are kept elsewhere: the length and a pointer. Tried on MySQL 9 and MariaDB 11. */
const pointers: Readonly<Record<string, number>> = { tiny: 9, '': 10, medium: 11, long: 12 };
const fixed: Readonly<Record<string, number>> = { tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8, float: 4, double: 8, date: 3 };

/** A row that is longer than the server lets it be, and a column that is so by itself. What is not known counts as nothing. */
export function refusedRow(context: RuleContext, table: Table, made: Definitions): Refusal | undefined {
  if (!made.isFirst || table.complete === false || setsSqlMode(context)) return undefined;
  const lengths = table.columns.map((column) => ({ column, bytes: bytesOf(context, table, column) }));
  const wide = lengths.find(({ column, bytes }) => isVarying(table, column) && bytes - 2 > mostBytes);
  const said = (column: Column) =>
    isCharsetAssumed(context, table, column.name) ? `: a character of utf8mb4 counts as 4${assumption}` : '';
  if (wide !== undefined) {
    return {
      message: `${version(context)} refuses this (1074): ${wide.column.name} takes up to ${wide.bytes - 2} bytes, and a column of this type ${mostBytes}${said(wide.column)}.`,
      help: 'Make it a TEXT or BLOB, or shorter.',
    };
  }
  const sum = lengths.reduce((total, { bytes }) => total + bytes, 0);
  const [longest] = lengths.toSorted((left, right) => right.bytes - left.bytes);
  if (sum <= mostBytes || longest === undefined) return undefined;
  return {
    message: `${version(context)} refuses this (1118): a row of ${table.name} takes up to ${sum} bytes, and the server allows ${mostBytes} without what TEXT and BLOB hold; ${longest.column.name} alone takes ${longest.bytes}${said(longest.column)}.`,
    help: 'Make the longest columns TEXT or BLOB, or shorter.',
  };
}

function isVarying(table: Table, { name }: Column): boolean {
  return /^var(?:char|binary)$/.test(typeOf(table, name)?.base ?? '');
}

function bytesOf(context: RuleContext, table: Table, column: Column): number {
  const type = typeOf(table, column.name);
  if (type === undefined) return 0;
  const { base } = type;
  const [, size, json] = /^(tiny|medium|long|)(?:text|blob)$|^(json)$/.exec(base) ?? [];
  if (size !== undefined || json !== undefined) return pointers[size ?? 'long'] ?? 0;
  if (base === 'enum' || base === 'set') return listBytes(type);
  const length = /^(?:var)?(?:char|binary)$/.test(base) ? Number(type.parts[0] ?? 1) : undefined;
  if (length === undefined || !Number.isInteger(length)) return fixed[base] ?? 0;
  const bytes = length * (isText(type) ? characterWidth(context, table, column) : 1);
  return base.startsWith('var') ? bytes + (bytes > 255 ? 2 : 1) : bytes;
}
