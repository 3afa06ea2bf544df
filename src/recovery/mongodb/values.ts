import type { DocumentValue } from '../../model/document';
import { writeFieldName, writeText } from '../../parse/mongodb/names';

/** A document's value as a question gives it: canonical Extended JSON, in which every BSON type is told apart. */
export type Json = null | boolean | string | number | readonly Json[] | { readonly [name: string]: Json };
export type Doc = Readonly<Record<string, Json>>;

/** Names under which Extended JSON writes what JSON has no type for (Extended JSON v2, "BSON Data Types and Associated Representations"). */
const wrappers: ReadonlySet<string> = new Set([
  ...['$oid', '$numberInt', '$numberLong', '$numberDouble', '$numberDecimal', '$date', '$binary', '$uuid'],
  ...['$regularExpression', '$timestamp', '$minKey', '$maxKey', '$undefined', '$symbol', '$code', '$dbPointer'],
]);

/** An embedded document, and no value in the dress of one. */
export function isDoc(value: Json | undefined): value is Doc {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !wrappers.has(Object.keys(value)[0] ?? '');
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The same value of the same type. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The only field of a wrapper. */
function wrapped(value: Json): readonly [name: string, inner: Json] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [entry] = Object.entries(value);
  return entry !== undefined && wrappers.has(entry[0]) ? entry : undefined;
}

/** The BSON type as `$type` calls it, as far as it matters here. */
export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (isArray(value)) return 'array';
  const [name = 'object'] = wrapped(value) ?? [];
  return (
    { $numberInt: 'int', $numberLong: 'long', $numberDouble: 'double', $numberDecimal: 'decimal', $date: 'date', $oid: 'objectId' }[name] ??
    name
  );
}

export function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const [name, inner] = (value !== undefined && wrapped(value)) || [];
  return name?.startsWith('$number') === true && typeof inner === 'string' ? Number(inner) : undefined;
}

function milliseconds(inner: Json): number | undefined {
  return typeof inner === 'string' ? Date.parse(inner) : numberIn(inner);
}

/** A date as milliseconds. */
export function dateIn(value: Json | undefined): number | undefined {
  const [name, inner] = (value !== undefined && wrapped(value)) || [];
  return name === '$date' && inner !== undefined ? milliseconds(inner) : undefined;
}

/** A text by which values of all sources can be compared: numbers by what they are worth, whatever their type. */
export function comparable(value: Json): string {
  const number = numberIn(value);
  if (number !== undefined) return `n:${number}`;
  if (value === null || typeof value !== 'object') return `${typeof value}:${String(value)}`;
  if (isArray(value)) return `[${value.map(comparable).join()}]`;
  const [name, inner] = wrapped(value) ?? [];
  if (name === '$oid') return `o:${String(inner)}`;
  if (name === '$date' && inner !== undefined) return `d:${milliseconds(inner)}`;
  if (name === '$binary' && isRecord(inner)) return `b:${Number.parseInt(String(inner.subType), 16)}:${hexOfBase64(String(inner.base64))}`;
  if (name !== undefined) return `t:${JSON.stringify(value)}`;
  return `{${Object.entries(value)
    .map(([field, each]) => `${JSON.stringify(field)}:${comparable(each)}`)
    .join()}}`;
}

const isRecord = (value: Json | undefined): value is Doc => typeof value === 'object' && value !== null && !Array.isArray(value);

function hexOfBase64(text: string): string {
  return [...atob(text)].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** The same text for a value that a migration writes; undefined for what only a run tells: a hole, `new Date()`, `ObjectId()`. */
export function comparableOf(value: DocumentValue): string | undefined {
  switch (value.kind) {
    case 'hole':
      return undefined;
    case 'scalar':
      return typeof value.value === 'number' ? `n:${value.value}` : `${typeof value.value}:${String(value.value)}`;
    case 'bson':
      return comparableBson(value.type, value.text);
    case 'array': {
      const items = value.items.map(comparableOf);
      return value.partial === true || items.includes(undefined) ? undefined : `[${items.join()}]`;
    }
    case 'document': {
      const fields = value.fields.map((field) => [field.name, comparableOf(field.value)] as const);
      if (value.partial === true || fields.some(([, text]) => text === undefined)) return undefined;
      return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
    }
  }
}

function comparableBson(type: string, text: string): string | undefined {
  const inner = /\(\s*["']?([^"')]*)["']?\s*\)$/.exec(text)?.[1];
  if (/\(\)$/.test(text))
    return type === 'MinKey' || type === 'MaxKey' ? `t:{"$${type.charAt(0).toLowerCase()}${type.slice(1)}":1}` : undefined;
  if (/^Number|^Double$/.test(type)) return `n:${Number(inner)}`;
  if (type === 'ObjectId') return `o:${inner}`;
  if (type === 'ISODate') return Number.isNaN(Date.parse(inner ?? '')) ? undefined : `d:${Date.parse(inner ?? '')}`;
  if (type === 'UUID') return `b:4:${inner?.replaceAll('-', '').toLowerCase()}`;
  const [, name, subtype, bytes] = /^(BinData|HexData)\((\d+), "([^"]*)"\)$/.exec(text) ?? [];
  if (bytes !== undefined) return `b:${subtype}:${name === 'HexData' ? bytes.toLowerCase() : hexOfBase64(bytes)}`;
  return `t:${text}`;
}

/** A value as mongosh writes it, with its type: an integral number is an Int32 there unless it says otherwise. */
export function shellValue(value: Json): string {
  if (typeof value === 'string') return writeText(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(shellValue).join(', ')}]`;
  const [name, inner] = wrapped(value) ?? [];
  if (name !== undefined && inner !== undefined) return shellWrapped(name, inner) ?? JSON.stringify(value);
  const fields = Object.entries(value).map(([field, each]) => `${writeFieldName(field)}: ${shellValue(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function shellWrapped(name: string, inner: Json): string | undefined {
  const text = typeof inner === 'string' ? inner : '';
  switch (name) {
    case '$oid':
      return `ObjectId("${text}")`;
    case '$numberInt':
      return text;
    case '$numberLong':
      return `NumberLong("${text}")`;
    case '$numberDecimal':
      return `NumberDecimal("${text}")`;
    case '$numberDouble':
      return Number.isInteger(Number(text)) || !Number.isFinite(Number(text)) ? `Double(${Number(text)})` : text;
    case '$date':
      return `ISODate("${new Date(milliseconds(inner) ?? 0).toISOString()}")`;
    case '$minKey':
      return 'MinKey()';
    case '$maxKey':
      return 'MaxKey()';
    default:
      return isRecord(inner) ? shellOfRecord(name, inner) : undefined;
  }
}

function shellOfRecord(name: string, inner: Doc): string | undefined {
  if (name === '$timestamp') return `Timestamp(${numberIn(inner.t)}, ${numberIn(inner.i)})`;
  if (name === '$regularExpression') return `/${String(inner.pattern)}/${String(inner.options)}`;
  if (name !== '$binary') return undefined;
  const subtype = Number.parseInt(String(inner.subType), 16);
  const hex = hexOfBase64(String(inner.base64));
  if (subtype !== 4 || hex.length !== 32) return `BinData(${subtype}, "${String(inner.base64)}")`;
  return `UUID("${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}")`;
}

/** The value at `a.b`; undefined where it is missing. `inArray` where an array lies on the way, of which any element may be meant. */
export function valueAt(doc: Doc, path: string): { readonly value: Json | undefined; readonly inArray: boolean } {
  let value: Json | undefined = doc;
  for (const name of path.split('.')) {
    if (isArray(value)) return { value: undefined, inArray: true };
    value = isDoc(value) ? value[name] : undefined;
  }
  return { value, inArray: false };
}
