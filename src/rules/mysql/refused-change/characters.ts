import type { Column, Table } from '../../../model/catalog';
import { isAtLeast } from '../../../model/engine';
import { bytesPerCharacter, charsetOfCollation, isText } from '../../../plan/mysql/column-type';
import { tableCollation } from '../../../schema/mysql/lines';
import { sameName } from '../../../schema/mysql/parts';
import type { RuleContext } from '../../context';
import { onceForFolder } from '../../once';
import { typeOf } from './definitions';

/** Said of lengths for which no character set is named: that of the database is not known. */
export const assumption = ', and utf8mb4 is the default; in a database with a smaller character set it may be taken';

/**
 * The bytes that a character of a column takes. Where nothing names a character set it is the server's default: utf8mb4 since MySQL 8.0 and
 * MariaDB 11.6, latin1 in MariaDB before.
 */
export function characterWidth(context: RuleContext, table: Table, column: Column): number {
  const { engine } = context;
  if (engine.name === 'mariadb' && !isAtLeast(engine, 11, 6) && isUnnamed(context, table, column)) return 1;
  return bytesPerCharacter(charsetOfCollation(column.collation ?? tableCollation(table, engine)));
}

/** Is the length of a column that of a character set which nothing names? */
export function isCharsetAssumed(context: RuleContext, table: Table, name: string | undefined): boolean {
  const column = table.columns.find((each) => name !== undefined && sameName(each.name, name));
  const type = column && typeOf(table, column.name);
  return column !== undefined && type !== undefined && isText(type) && isUnnamed(context, table, column);
}

/** The catalog has the server's defaults filled in: the texts tell what was written. */
function isUnnamed(context: RuleContext, table: Table, { collation }: Column): boolean {
  return collation === undefined && !withCharset(context).some((text) => text.includes(table.name.toLowerCase()));
}

/** Statements that name a character set or a collation. */
const withCharset = onceForFolder((files) =>
  files.flatMap(({ text }) =>
    text
      .toLowerCase()
      .split(';')
      .filter((part) => /\b(?:character\s+set|charset|collate)\b/.test(part)),
  ),
);

/** Without strict mode the server cuts keys and makes texts of long columns, with a warning. */
export function setsSqlMode({ steps }: RuleContext): boolean {
  return steps.some(({ statement }) => statement.operations.some((operation) => operation.kind === 'set' && operation.name === 'sql_mode'));
}
