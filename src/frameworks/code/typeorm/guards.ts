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

function isExists(tag: unknown): tag is Exists {
  return typeof tag === 'object' && tag !== null && 'exists' in tag;
}
