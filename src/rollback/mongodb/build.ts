import type { DocumentValue } from '../../model/document';
import { writeCollection, writeValue } from '../../parse/mongodb/write';

/** `db.users.deleteMany({ ... });` */
export function callText(collection: string, method: string, ...values: readonly DocumentValue[]): string {
  return `${writeCollection({ name: collection })}.${method}(${values.map(writeValue).join(', ')});`;
}

/** The same number with the other sign, of the same type. Undefined for what is no number. */
export function negative(value: DocumentValue): DocumentValue | undefined {
  if (value.kind === 'scalar') return typeof value.value === 'number' ? { ...value, value: -value.value } : undefined;
  if (value.kind !== 'bson') return undefined;
  const [, head = '', sign, digits = '', tail = ''] =
    /^((?:Number(?:Int|Long|Decimal)|Double|Int32|Long|Decimal128)\(\s*["']?)(-?)(\d[\d.eE+-]*)(["']?\s*\))$/.exec(value.text) ?? [];
  return head === '' ? undefined : { ...value, text: `${head}${sign === '-' ? '' : '-'}${digits}${tail}` };
}

/** Do two values say the same, wherever they stand? */
export function isSame(left: DocumentValue, right: DocumentValue): boolean {
  return writeValue(left) === writeValue(right);
}
