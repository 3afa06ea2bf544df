import { WireFormatError } from './frames';

/**
 * BSON documents as bytes. What passes the proxy is changed where it has to be and nowhere else: decoded and encoded again, a document could
 * lose the order of its fields (JavaScript moves a field "1" to the front) or the types of its numbers. Specification: bsonspec.org.
 */

/** A value as it stands in a document: its type's number and its bytes. */
export interface RawValue {
  readonly type: number;
  readonly bytes: Buffer;
}

export interface RawField extends RawValue {
  readonly name: string;
}

export const bsonType = { string: 2, document: 3, array: 4, binary: 5, boolean: 8, int32: 16, int64: 18 } as const;

/** Bytes of the types that are always equally long: double, undefined, ObjectId, boolean, date, null, int32, timestamp, int64, decimal, min, max. */
const fixedLengths: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
  127: 0,
  255: 0,
};

/** The fields of a document, in order. @throws WireFormatError when the bytes are no document */
export function fieldsOf(document: Buffer): RawField[] {
  if (document.length < 5 || document.readInt32LE(0) !== document.length || document[document.length - 1] !== 0) throw noDocument();
  const fields: RawField[] = [];
  const end = document.length - 1;
  let at = 4;
  while (at < end) {
    const type = document[at] ?? 0;
    const nameEnd = document.indexOf(0, at + 1);
    if (nameEnd === -1 || nameEnd >= end) throw noDocument();
    const start = nameEnd + 1;
    const length = valueLength(document, type, start);
    if (length < 0 || start + length > end) throw noDocument();
    fields.push({ name: document.toString('utf8', at + 1, nameEnd), type, bytes: document.subarray(start, start + length) });
    at = start + length;
  }
  return fields;
}

function valueLength(document: Buffer, type: number, start: number): number {
  const fixed = fixedLengths[type];
  if (fixed !== undefined) return fixed;
  if (type === 11) {
    const pattern = document.indexOf(0, start);
    const options = pattern === -1 ? -1 : document.indexOf(0, pattern + 1);
    return options === -1 ? -1 : options + 1 - start;
  }
  if (start + 4 > document.length) return -1;
  const given = document.readInt32LE(start);
  if (given < 0) return -1;
  switch (type) {
    case 3:
    case 4:
    case 15:
      return given;
    case 2:
    case 13:
    case 14:
      return 4 + given;
    case 5:
      return 5 + given;
    case 12:
      return 4 + given + 12;
    default:
      return -1;
  }
}

function noDocument(): WireFormatError {
  return new WireFormatError('These bytes are no BSON document.');
}

/** A document of these fields. */
export function documentOf(fields: readonly RawField[]): Buffer {
  const parts = fields.flatMap(({ name, type, bytes }) => [Buffer.from([type]), Buffer.from(`${name}\0`), bytes]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(
    parts.reduce((sum, part) => sum + part.length, 5),
    0,
  );
  return Buffer.concat([length, ...parts, Buffer.from([0])]);
}

export function fieldOf(document: Buffer, name: string): RawValue | undefined {
  return fieldsOf(document).find((field) => field.name === name);
}

/** The document with each field as `change` gives it: the same object for one that stays, undefined for one that goes. Unchanged, it is the same buffer. */
export function changed(document: Buffer, change: (field: RawField) => RawField | undefined): Buffer {
  const before = fieldsOf(document);
  const after = before.flatMap((field) => change(field) ?? []);
  const same = before.length === after.length && before.every((field, position) => field === after[position]);
  return same ? document : documentOf(after);
}

/** The document with this field at its place, or at the end where it had none. */
export function withField(document: Buffer, name: string, value: RawValue): Buffer {
  const fields = fieldsOf(document);
  const at = fields.findIndex((field) => field.name === name);
  const field = { ...value, name };
  return documentOf(at === -1 ? [...fields, field] : fields.with(at, field));
}

export function without(document: Buffer, names: ReadonlySet<string>): Buffer {
  return changed(document, (field) => (names.has(field.name) ? undefined : field));
}

/** The text of a string; undefined for any other value. */
export function textOf(value: RawValue | undefined): string | undefined {
  return value?.type === bsonType.string ? value.bytes.toString('utf8', 4, value.bytes.length - 1) : undefined;
}

/** A number or truth as a number; undefined for any other value. */
export function numberOf(value: RawValue | undefined): number | undefined {
  switch (value?.type) {
    case 1:
      return value.bytes.readDoubleLE();
    case bsonType.boolean:
      return value.bytes[0];
    case bsonType.int32:
      return value.bytes.readInt32LE();
    case bsonType.int64:
      return Number(value.bytes.readBigInt64LE());
    default:
      return undefined;
  }
}

/** The values of an array. */
export function itemsOf(value: RawValue | undefined): RawValue[] {
  return value?.type === bsonType.array ? fieldsOf(value.bytes) : [];
}

export function stringValue(text: string): RawValue {
  const characters = Buffer.from(`${text}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32LE(characters.length, 0);
  return { type: bsonType.string, bytes: Buffer.concat([length, characters]) };
}

export function int32Value(number: number): RawValue {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number, 0);
  return { type: bsonType.int32, bytes };
}

export function booleanValue(value: boolean): RawValue {
  return { type: bsonType.boolean, bytes: Buffer.from([value ? 1 : 0]) };
}

export function documentValue(bytes: Buffer): RawValue {
  return { type: bsonType.document, bytes };
}

export function arrayValue(items: readonly RawValue[]): RawValue {
  const fields = items.map(({ type, bytes }, position) => ({ name: String(position), type, bytes }));
  return { type: bsonType.array, bytes: documentOf(fields) };
}

/** The array with each item as `change` gives it; undefined for one that goes. */
export function changedItems(value: RawValue, change: (item: RawValue) => RawValue | undefined): RawValue {
  const items = itemsOf(value);
  const after = items.flatMap((item) => change(item) ?? []);
  return items.length === after.length && items.every((item, position) => item === after[position]) ? value : arrayValue(after);
}
