import { ownValue } from '../../../model/own-value';
import type { VolatileColumns } from '../../../model/state';
import { bsonType, documentFields, type Masking, scalarText } from './values';

/** Values of the state before that could not be there by chance: ids, moments, long texts. */
export type KnownValues = ReadonlySet<string>;

/** A text or a number that is shorter than this may be met twice without being the same thing. */
const tellingLength = 8;

/**
 * Adds the telling values of a document. They are what a seeded document keeps where runs write values of their own into the same field: its _id, the
 * moment at which it was made.
 */
export function collectKnown(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectKnown(item, into);
  else {
    const fields = documentFields(value);
    if (fields !== undefined) for (const [, inner] of fields) collectKnown(inner, into);
    else if (isTelling(value)) into.add(scalarText(value));
  }
}

function isTelling(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= tellingLength;
  if (typeof value !== 'object' || value === null) return false;
  const type = bsonType(value);
  if (value instanceof Date || type === 'ObjectId' || type === 'Binary' || type === 'UUID' || type === 'Timestamp') return true;
  return /^(Int32|Long|Double|Decimal128)$/.test(type ?? '') && scalarText(value).length > tellingLength;
}

/**
 * How the values of a collection's volatile fields are read: one that was there before is as it is; of any other it is told whether it is null or a
 * moment. (Whether the moment is before the runs is not asked then: a plan that repeats a recorded command writes the moment of the recording.) Without
 * values of before, an id or a moment from before the runs is as it is.
 */
export function maskingOf(
  table: string,
  volatile: VolatileColumns,
  known: KnownValues | undefined,
  clockStart: string | undefined,
): Masking | undefined {
  const paths = ownValue(volatile, table) ?? [];
  if (paths.length === 0) return undefined;
  const startMs = clockStart === undefined ? Number.POSITIVE_INFINITY : momentMs(clockStart);
  return {
    paths: new Set(paths),
    mask(value) {
      const text = scalarText(value);
      if (value === null || known?.has(text) === true) return text;
      const at = millisecondsOf(value);
      if (known === undefined && at !== undefined && at < startMs) return text;
      return at === undefined ? 'varies' : 'moment';
    },
  };
}

/** A moment as a server writes it, in UTC whether that is said or not. */
function momentMs(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`);
}

/** When a value was made at the latest, as far as it says so: an ObjectId and a Timestamp hold whole seconds (manual, "ObjectId"). */
function millisecondsOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'object' || value === null) return undefined;
  const type = bsonType(value);
  if (type === 'ObjectId') return Number.parseInt(String(value).slice(0, 8), 16) * 1000 + 999;
  return type === 'Timestamp' ? (value as { getHighBits(): number }).getHighBits() * 1000 + 999 : undefined;
}
