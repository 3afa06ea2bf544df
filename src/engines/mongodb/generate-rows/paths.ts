import type { Document } from 'mongodb';

/** What lies under a path with dots; through an array that of its first document. Undefined where nothing does. */
export function valueAt(document: unknown, path: string): unknown {
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (Array.isArray(value) && !/^\d+$/.test(part)) value = value.find((item) => isDocument(item));
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Document)[part];
  }
  return value;
}

/** Sets a value, making the documents on the way; in all documents of an array that is on the way. A scalar on the way gives way. */
export function setAt(document: Document, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    document[first] = value;
    return;
  }
  const below = rest.join('.');
  const held: unknown = document[first];
  if (Array.isArray(held)) {
    if (!held.some(isDocument)) document[first] = [{}, {}];
    for (const item of document[first] as readonly unknown[]) if (isDocument(item)) setAt(item, below, value);
    return;
  }
  const inner: Document = isDocument(held) ? held : {};
  document[first] = inner;
  setAt(inner, below, value);
}

/** Takes a field away, from all documents of an array on the way. */
export function removeAt(document: Document, path: string): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    delete document[first];
    return;
  }
  const held: unknown = document[first];
  for (const inner of Array.isArray(held) ? held : [held]) if (isDocument(inner)) removeAt(inner, rest.join('.'));
}

/** A document, and no value of a BSON type. */
export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !('_bsontype' in value);
}

/** Documents and arrays anew, values as they are. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isDocument(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)])) as T;
}
