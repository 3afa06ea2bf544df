import type { Column } from '../../../model/catalog';
import { unquoteLiteral } from '../../../parse/mysql/identifiers';
import { listParts } from '../../../schema/mysql/tokens';

/** A column's type taken apart as far as its values need. */
export interface TypeForm {
  /** The type's first word: `varchar`, `int`. */
  readonly base: string;
  /** What stands in its parentheses: length, or precision and scale. */
  readonly length?: number;
  readonly scale?: number;
  readonly unsigned: boolean;
  /** Of ENUM and SET. */
  readonly labels: readonly string[];
  /** JSON: in MariaDB a text with a check. */
  readonly json: boolean;
  /** Of spatial types. */
  readonly srid: number;
}

export function formOf({ type, check, storage }: Column): TypeForm {
  const [, base = '', list] = /^(\w+)(?:\(([\s\S]*)\))?/.exec(type) ?? [];
  const isChoice = base === 'enum' || base === 'set';
  const [length, scale] = isChoice || list === undefined ? [] : list.split(',').map(Number);
  return {
    base,
    ...(length !== undefined && { length }),
    ...(scale !== undefined && { scale }),
    unsigned: /\bunsigned\b/.test(type),
    labels: isChoice ? listParts(list ?? '').map(unquoteLiteral) : [],
    json: base === 'json' || /\bjson_valid\b/i.test(check ?? ''),
    srid: Number(/\bSRID (\d+)/i.exec(storage ?? '')?.[1] ?? /\bREF_SYSTEM_ID = ?(\d+)/i.exec(storage ?? '')?.[1] ?? 0),
  };
}

export const wholeTypes: ReadonlyMap<string, number> = new Map([
  ['tinyint', 127],
  ['smallint', 32_767],
  ['mediumint', 8_388_607],
  ['int', 2_147_483_647],
  ['bigint', Number.MAX_SAFE_INTEGER],
]);

/** `tinyint(1)`, which is what BOOLEAN is. */
export function isBoolean({ base, length }: TypeForm): boolean {
  return base === 'tinyint' && length === 1;
}
