import type { Table } from '../../../model/catalog';
import { bytesPerCharacter, charsetOfCollation, isText, optionOf } from '../../../plan/mysql/column-type';
import { isInnodb } from '../../../plan/mysql/situation';
import { tableCollation } from '../../../schema/mysql/lines';
import { sameName } from '../../../schema/mysql/parts';
import type { RuleContext } from '../../context';
import { version } from '../../phrases';
import { type Keys, type Refusal, typeOf } from './definitions';

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
  if (!isInnodb(table) || setsMode(context)) return undefined;
  const lengths = key.parts.map((part) => bytesOf(context, table, part));
  const longest = Math.max(0, ...lengths);
  const sum = lengths.reduce((total, bytes) => total + bytes, 0);
  const isMysql = context.engine.name === 'mysql';
  if (/^(?:compact|redundant)$/i.test(optionOf(table, 'row_format') ?? '') && longest > mostOfOldFormats) {
    const column = key.parts[lengths.indexOf(longest)]?.column;
    return {
      message: `${version(context)} refuses this (${isMysql ? '1071' : '1709'}): ${column} takes ${longest} bytes in the key, and ROW_FORMAT=${optionOf(table, 'row_format')} allows ${mostOfOldFormats}.`,
      help: 'Use ROW_FORMAT=DYNAMIC, or index a part of the column.',
    };
  }
  if (sum <= mostBytes) return undefined;
  if (!isMysql && !key.primary && (key.unique || longest > mostBytes)) return undefined;
  return {
    message: `${version(context)} refuses this (1071): the key takes ${sum} bytes, and InnoDB allows ${mostBytes}. A character of utf8mb4 counts as 4.`,
    help: 'Make the columns shorter, or index a part of them: name(100).',
  };
}

function setsMode({ steps }: RuleContext): boolean {
  return steps.some(({ statement }) => statement.operations.some((operation) => operation.kind === 'set' && operation.name === 'sql_mode'));
}

/** The bytes of one column in a key; 0 where they are not known. */
function bytesOf({ engine }: RuleContext, table: Table, { column, length }: Keys['parts'][number]): number {
  const type = column === undefined ? undefined : typeOf(table, column);
  const known = table.columns.find(({ name }) => column !== undefined && sameName(name, column));
  if (type === undefined || known === undefined) return 0;
  const fixed = fixedBytes[type.base];
  if (fixed !== undefined) return fixed;
  if (type.base === 'enum' || type.base === 'set') return 1;
  const count = length ?? (/^(?:var)?(?:char|binary)$/.test(type.base) ? Number(type.parts[0] ?? 0) : 0);
  const width = isText(type) ? bytesPerCharacter(charsetOfCollation(known.collation ?? tableCollation(table, engine))) : 1;
  return Number.isInteger(count) ? count * width : 0;
}
