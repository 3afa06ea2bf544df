import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { hasHole, splitMarked } from '../../../code/plain';

/**
 * The names that TypeORM gives to what a migration leaves unnamed (`naming-strategy/DefaultNamingStrategy.js`): a hash of the table's name and
 * of the sorted columns. Where a part of that is not known, the parts stand for the hash, so that up and down still speak of one thing.
 */

export function primaryKeyName(table: string, columns: readonly string[]): string {
  return hashed('PK_', 27, [bare(table), ...columns.toSorted()]);
}

export function uniqueName(table: string, columns: readonly string[]): string {
  return hashed('UQ_', 27, [bare(table), ...columns.toSorted()]);
}

export function foreignKeyName(table: string, columns: readonly string[]): string {
  return hashed('FK_', 27, [bare(table), ...columns.toSorted()]);
}

/** `where` is part of the name where there is one. */
export function indexName(table: string, columns: readonly string[], where: string): string {
  return hashed('IDX_', 26, [bare(table), ...columns.toSorted(), ...(where === '' ? [] : [where])]);
}

export function checkName(table: string, expression: string): string {
  return hashed('CHK_', 26, [bare(table), expression]);
}

export function exclusionName(table: string, expression: string): string {
  return hashed('XCL_', 26, [bare(table), expression]);
}

/** `schema.table` to `table`. */
function bare(table: string): string {
  return splitMarked(table, '.').at(-1) ?? '';
}

function hashed(prefix: string, length: number, parts: readonly string[]): string {
  const key = parts.join('_');
  return hasHole(key) ? prefix + key : prefix + bytesToHex(sha1(utf8ToBytes(key))).slice(0, length);
}
