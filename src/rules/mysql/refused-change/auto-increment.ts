import type { Table } from '../../../model/catalog';
import { isInnodb } from '../../../plan/mysql/situation';
import { sameName } from '../../../schema/mysql/parts';
import type { RuleContext } from '../../context';
import { version } from '../../phrases';
import type { Definitions, Refusal } from './definitions';

/**
 * A table has one AUTO_INCREMENT column, and InnoDB wants an index that begins with it (manual, "Using AUTO_INCREMENT"). The server looks
 * when the whole statement is done, so a key that stands in it anywhere serves.
 *
 * @param table as the statement leaves it.
 */
export function refusedAutoIncrement(context: RuleContext, table: Table, { columns }: Definitions): Refusal | undefined {
  const counted = columns.find(({ autoIncrement, serial }) => autoIncrement || serial);
  if (counted === undefined || table.complete === false) return undefined;
  const other = table.columns.find(({ name, identityKind }) => identityKind !== undefined && !sameName(name, counted.name));
  if (other !== undefined) {
    return {
      message: `${version(context)} refuses this (1075): ${counted.name} and ${other.name} are both AUTO_INCREMENT, and a table can have one such column.`,
      help: `Let one of them do without, or give the numbers of ${counted.name} in another way.`,
    };
  }
  const isKey = table.indexes.some(
    ({ keys, definition }) =>
      !/^(?:FULLTEXT|SPATIAL|VECTOR) /.test(definition) &&
      (isInnodb(table) ? keys.slice(0, 1) : keys).some((key) => sameName(key, counted.name)),
  );
  if (isKey) return undefined;
  return {
    message: `${version(context)} refuses this (1075): ${counted.name} is AUTO_INCREMENT, and no key of ${table.name} begins with it.`,
    help: `Make it the primary key, or add a key in the same statement: ADD UNIQUE KEY (${counted.name}).`,
  };
}
