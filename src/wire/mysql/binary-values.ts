import { lengthEncoded } from './messages';

/** A value that was bound to a parameter of a prepared statement. */
export interface BoundValue {
  /** As the manual numbers them, "Column Types": 3 is LONG. */
  readonly type: number;
  readonly unsigned: boolean;
  /** Without the length in front; null for NULL. */
  readonly bytes: Buffer | null;
}

export interface ParameterType {
  readonly type: number;
  readonly unsigned: boolean;
}

/** Bytes of the types that are always equally long. */
const fixedLengths: Readonly<Record<number, number>> = { 1: 1, 2: 2, 13: 2, 3: 4, 9: 4, 4: 4, 8: 8, 5: 8, 6: 0 };
/** DATE, DATETIME, TIMESTAMP and TIME have one byte of length in front. */
const shortTypes: ReadonlySet<number> = new Set([7, 10, 11, 12]);

/** COM_STMT_EXECUTE: command, statement, flags, iterations; then the NULLs as bits. */
const head = 1 + 4 + 1 + 4;

/**
 * The values of a COM_STMT_EXECUTE; undefined when the message is not whole. `known` are the types of the last execution: a client sends
 * them once. `long`: parameters whose values were sent before, and so are not in it.
 */
export function executedValues(
  body: Buffer,
  count: number,
  known: readonly ParameterType[],
  long: ReadonlySet<number>,
): { readonly values: readonly BoundValue[]; readonly types: readonly ParameterType[] } | undefined {
  if (count === 0) return { values: [], types: [] };
  try {
    const isNull = (position: number): boolean => ((body[head + (position >> 3)] ?? 0) & (1 << (position & 7))) !== 0;
    let offset = head + ((count + 7) >> 3);
    const isNew = body.readUInt8(offset) === 1;
    offset += 1;
    const typesAt = offset;
    const types = isNew
      ? Array.from({ length: count }, (_, position) => {
          const at = typesAt + position * 2;
          return { type: body.readUInt8(at), unsigned: (body.readUInt8(at + 1) & 0x80) !== 0 };
        })
      : known;
    if (isNew) offset += count * 2;
    const values: BoundValue[] = [];
    for (let position = 0; position < count; position++) {
      const { type, unsigned } = types[position] ?? { type: 6, unsigned: false };
      if (isNull(position) || long.has(position)) {
        values.push({ type, unsigned, bytes: null });
        continue;
      }
      const { start, end } = extentOf(body, offset, type);
      if (end > body.length) return undefined;
      values.push({ type, unsigned, bytes: body.subarray(start, end) });
      offset = end;
    }
    return { values, types };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function extentOf(body: Buffer, offset: number, type: number): { readonly start: number; readonly end: number } {
  const fixed = fixedLengths[type];
  if (fixed !== undefined) return { start: offset, end: offset + fixed };
  if (shortTypes.has(type)) return { start: offset + 1, end: offset + 1 + body.readUInt8(offset) };
  const { value, end } = lengthEncoded(body, offset);
  return { start: end, end: end + value };
}
