import type { Operation } from '../model/operation';

/** The rows of VALUES as an INSERT has them, where undefined stands in the place of what is no constant. */
export function writtenRows(
  values: readonly (readonly (string | undefined)[])[],
): Pick<Extract<Operation, { kind: 'insert' }>, 'rows' | 'mixedRows'> {
  return values.every(isConstant) ? { rows: values } : { mixedRows: values };
}

function isConstant(row: readonly (string | undefined)[]): row is readonly string[] {
  return !row.includes(undefined);
}
