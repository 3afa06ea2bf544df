import type { Table } from '../../../model/catalog';
import { isText, optionOf } from '../../../plan/mysql/column-type';
import { isInnodb } from '../../../plan/mysql/situation';
import { findTable } from '../../../schema/lookup';
import { sameName } from '../../../schema/mysql/parts';
import { listParts, TokenReader } from '../../../schema/mysql/tokens';
import type { RuleContext, Step } from '../../context';
import { version } from '../../phrases';
import { assumption, characterWidth, isCharsetAssumed, setsSqlMode } from './characters';
import { type Definitions, type Keys, type Refusal, typeOf } from './definitions';

/** Of a whole key, and of each of its columns (manual, "InnoDB Limits"). */
const mostBytes = 3072;
/** Of each column in the row formats COMPACT and REDUNDANT. */
const mostOfOldFormats = 767;

const fixedBytes: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
  float: 4,
  double: 8,
  date: 3,
};

/**
 * A key that takes more bytes than InnoDB keeps. MariaDB makes a hash of a unique one and cuts a column of others, so there only a
 * primary key fails, and one of several columns that are short enough each.
 */
export function refusedLength(context: RuleContext, table: Table, key: Keys): Refusal | undefined {
  // Without strict mode the server cuts what is not unique.
  if (!isInnodb(table) || setsSqlMode(context)) return undefined;
  const lengths = key.parts.map((part) => bytesOf(context, table, part));
  const isAssumed = key.parts.some(({ column }) => isCharsetAssumed(context, table, column));
  const longest = Math.max(0, ...lengths);
  const sum = lengths.reduce((total, bytes) => total + bytes, 0);
  const isMysql = context.engine.name === 'mysql';
  if (/^(?:compact|redundant)$/i.test(optionOf(table, 'row_format') ?? '') && longest > mostOfOldFormats) {
    const column = key.parts[lengths.indexOf(longest)]?.column;
    return {
      message: `${version(context)} refuses this (${isMysql ? '1071' : '1709'}): ${column} takes ${longest} bytes in the key, and ROW_FORMAT=${optionOf(table, 'row_format')} allows ${mostOfOldFormats}${isAssumed ? assumption : ''}.`,
      help: 'Use ROW_FORMAT=DYNAMIC, or index a part of the column.',
    };
  }
  if (sum <= mostBytes) return undefined;
  if (!isMysql && !key.primary && (key.unique || longest > mostBytes)) return undefined;
  return {
    message: `${version(context)} refuses this (1071): the key takes ${sum} bytes, and InnoDB allows ${mostBytes}. A character of utf8mb4 counts as 4${isAssumed ? assumption : ''}.`,
    help: 'Make the columns shorter, or index a part of them: name(100).',
  };
}

/** A key of before that a column's new type, or its new character set, makes too long. */
export function refusedGrownKey(context: RuleContext, step: Step, table: Table, made: Definitions): Refusal | undefined {
  const old = findTable(step.before, made.table);
  if (!made.changesTypes || old === undefined) return undefined;
  for (const { name, unique, definition } of table.indexes) {
    const parts = partsOf(definition);
    if (parts === undefined) continue;
    const key: Keys = { primary: name === 'PRIMARY', unique, parts };
    const refused = refusedLength(context, table, key);
    if (refused === undefined || refusedLength(context, old, key) !== undefined) continue;
    // Tried on MySQL 9: CONVERT has an error of its own for unique keys.
    const isConverted = context.engine.name === 'mysql' && made.columns.length === 0 && unique;
    return { ...refused, message: refused.message.replace('(1071)', `(${isConverted ? '3886' : '1071'}, of the key ${name})`) };
  }
  return undefined;
}

/** The columns of an index, as its line in SHOW CREATE names them; undefined for expressions, and for those that hold words and places. */
function partsOf(definition: string): Keys['parts'] | undefined {
  if (/^(?:FULLTEXT|SPATIAL|VECTOR)\b/i.test(definition)) return undefined;
  const reader = new TokenReader(definition);
  while (!reader.isAtEnd && reader.next?.text !== '(') reader.take();
  const parts = listParts(reader.takeParentheses() ?? '').map((part) => /^`((?:[^`]|``)+)`(?:\((\d+)\))?/.exec(part));
  if (parts.includes(null)) return undefined;
  return parts.map((part) => ({
    column: (part?.[1] ?? '').replaceAll('``', '`'),
    ...(part?.[2] !== undefined && { length: Number(part[2]) }),
  }));
}

/** The bytes of one column in a key; 0 where they are not known. */
function bytesOf(context: RuleContext, table: Table, { column, length }: Keys['parts'][number]): number {
  const type = column === undefined ? undefined : typeOf(table, column);
  const known = table.columns.find(({ name }) => column !== undefined && sameName(name, column));
  if (type === undefined || known === undefined) return 0;
  const fixed = fixedBytes[type.base];
  if (fixed !== undefined) return fixed;
  if (type.base === 'enum' || type.base === 'set') return 1;
  const count = length ?? (/^(?:var)?(?:char|binary)$/.test(type.base) ? Number(type.parts[0] ?? 0) : 0);
  const width = isText(type) ? characterWidth(context, table, known) : 1;
  return Number.isInteger(count) ? count * width : 0;
}
