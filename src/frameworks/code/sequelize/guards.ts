import { type NativeUse, native } from '../../../code/native';
import type { Condition, Value } from '../../../code/value';
import { unknown } from '../../../code/value';

/** What the code asked the database before it acts: `if (!table.email) await queryInterface.addColumn(...)`. */
interface Asked {
  readonly table: string;
  readonly column?: string;
}

function isAsked(tag: unknown): tag is Asked {
  return typeof tag === 'object' && tag !== null && 'table' in tag;
}

/** What `describeTable` gives: a property for each column. */
export function describedTable(table: string, use: NativeUse): Value {
  return native({
    name: 'describeTable',
    reachesDatabase: false,
    member: (column) => unknown(`${table}.${column}`, { source: use.place, tag: { table, column } satisfies Asked }),
  });
}

/** What `tableExists` gives. */
export function existence(table: string, use: NativeUse): Value {
  return unknown('exists', { source: use.place, tag: { table } satisfies Asked });
}

/** True for a statement of MySQL, which has no such words for columns, when the run is where its column was asked for. */
export function isColumnGuarded(conditions: readonly Condition[], sql: string): boolean {
  const change = /^ALTER TABLE (\S+) (ADD|DROP) (\S+)/.exec(sql);
  if (change === null) return false;
  const [, table = '', word, column = ''] = change;
  return conditions.some(({ value: { tag }, holds }) => {
    if (!isAsked(tag) || tag.column === undefined) return false;
    return holds === (word === 'DROP') && table === `\`${tag.table}\`` && column.replace(/;$/, '') === `\`${tag.column}\``;
  });
}

/** True when the run is where a question about this table, or this column of it, has this answer. */
export function isKnown(conditions: readonly Condition[], exists: boolean, table: string, column?: string): boolean {
  return conditions.some(({ value: { tag }, holds }) => isAsked(tag) && tag.table === table && tag.column === column && holds === exists);
}
