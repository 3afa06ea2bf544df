import type { NativeUse } from '../../../code/native';
import type { Exists } from './query-runner';

/**
 * Whether the code has asked before that a table or column is there (`exists` true) or is not: `if (!(await queryRunner.hasTable('a')))`.
 * Such a call is what IF [NOT] EXISTS is in SQL, and is written as that.
 */
export function isGuarded(use: NativeUse, exists: boolean, table: string, column?: string): boolean {
  return use.machine.conditions.some(({ value, holds }) => {
    const { tag } = value;
    if (!isExists(tag) || tag.table !== table || holds !== exists) return false;
    return column === undefined ? tag.exists === 'table' : tag.exists === 'column' && tag.column === column;
  });
}

/** The same for a statement of a builder, where the engine has no such words for columns. */
export function isColumnGuarded({ machine }: NativeUse, sql: string): boolean {
  const change = /^ALTER TABLE (\S+) (ADD|DROP COLUMN) (\S+)/.exec(sql);
  return machine.conditions.some(({ value: { tag }, holds }) => {
    if (change === null || !isExists(tag) || tag.exists !== 'column') return false;
    const [, table = '', word, column = ''] = change;
    return holds === (word !== 'ADD') && table.includes(`\`${tag.table}\``) && column === `\`${tag.column}\``;
  });
}

function isExists(tag: unknown): tag is Exists {
  return typeof tag === 'object' && tag !== null && 'exists' in tag;
}
