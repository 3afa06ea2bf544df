import * as bson from 'bson';
import type { DocumentValue } from '../../../model/document';
import { failure, type Result, success } from '../../../model/result';
import { array, documentOf, bson as ofType, scalar } from '../../../parse/mongodb/document';
import { writeText } from '../../../parse/mongodb/names';
import { readValue } from '../../../parse/mongodb/value';
import { writeValue } from '../../../parse/mongodb/write';
import { bsonOfText } from './bson-text';

/** Values as the driver has them, and as mongosh text has them. */

/**
 * A value as the driver or the wire gives it. Exact: an Int32, and a number of JavaScript that is sent as one, is the bare number; a double
 * without a fraction is `Double(5)`, a Long `NumberLong("5")`. Fields that are undefined are left out, other unknown objects become their
 * fields.
 */
export function documentValue(value: unknown): DocumentValue {
  if (value === undefined || value === null) return scalar(null);
  if (typeof value === 'string' || typeof value === 'boolean') return scalar(value);
  if (typeof value === 'number') return scalar(value);
  if (typeof value === 'bigint') return ofType('NumberLong', `NumberLong("${value}")`);
  if (Array.isArray(value)) return array(value.map(documentValue));
  if (value instanceof Date) return ofDate(value);
  if (value instanceof RegExp) return ofType('RegExp', `/${value.source}/${value.flags}`);
  if (value instanceof Map) return documentOf([...value].map(([name, each]) => [String(name), documentValue(each)] as const));
  if (typeof value !== 'object') return scalar(null);
  if ('_bsontype' in value) return ofBson(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined && typeof each !== 'function');
  return documentOf(fields.map(([name, each]) => [name, documentValue(each)] as const));
}

/** Dates before the year 0 and after 9999 have no form that ISODate takes. */
function ofDate(date: Date): DocumentValue {
  const time = date.getTime();
  if (Number.isNaN(time)) return scalar(null);
  const text = date.toISOString();
  return ofType('ISODate', /^\d/.test(text) ? `ISODate("${text}")` : `new Date(${time})`);
}

/** By the type's own mark rather than its class: the driver of a project may be another copy of the library. */
function ofBson(value: object): DocumentValue {
  const mark: unknown = Reflect.get(value, '_bsontype');
  const made = typeof mark === 'string' && Object.hasOwn(writers, mark) ? writers[mark]?.(value) : undefined;
  return made ?? documentOf(Object.entries(value).map(([name, each]) => [name, documentValue(each)] as const));
}

function field(value: object, name: string): unknown {
  return Reflect.get(value, name);
}

const writers: Readonly<Record<string, (value: object) => DocumentValue>> = {
  ObjectId: (value) => ofType('ObjectId', `ObjectId("${String(value)}")`),
  ObjectID: (value) => ofType('ObjectId', `ObjectId("${String(value)}")`),
  Int32: (value) => scalar(Number(value)),
  Double: (value) => {
    const number = Number(value);
    // A whole number of JavaScript within 32 bits would be sent as an Int32.
    const isSentAsInt = Number.isInteger(number) && Math.abs(number) <= 0x7fffffff + 1 && !Object.is(number, -0);
    return isSentAsInt ? ofType('Double', `Double(${number})`) : scalar(number);
  },
  Long: (value) => ofType('NumberLong', `NumberLong("${String(value)}")`),
  Decimal128: (value) => ofType('NumberDecimal', `NumberDecimal("${String(value)}")`),
  Timestamp: (value) => ofType('Timestamp', `Timestamp(${String(field(value, 't'))}, ${String(field(value, 'i'))})`),
  MinKey: () => ofType('MinKey', 'MinKey()'),
  MaxKey: () => ofType('MaxKey', 'MaxKey()'),
  BSONSymbol: (value) => ofType('BSONSymbol', `BSONSymbol(${writeText(String(field(value, 'value')))})`),
  BSONRegExp: (value) => {
    const pattern = String(field(value, 'pattern'));
    const options = String(field(value, 'options'));
    return ofType('RegExp', patternText(pattern, options));
  },
  Binary: ofBinary,
  UUID: (value) => ofType('UUID', `UUID("${String(value)}")`),
  Code: (value) => {
    const code = writeText(String(field(value, 'code')));
    const scope = field(value, 'scope');
    const given = scope === null || scope === undefined ? '' : `, ${writeValue(documentValue(scope))}`;
    return ofType('Code', `Code(${code}${given})`);
  },
  DBRef: (value) => {
    const database = field(value, 'db');
    const rest = typeof database === 'string' && database !== '' ? `, ${writeText(database)}` : '';
    const id = writeValue(documentValue(field(value, 'oid')));
    return ofType('DBRef', `DBRef(${writeText(String(field(value, 'collection')))}, ${id}${rest})`);
  },
};

/** A literal where JavaScript has one for it: its flags are fewer than the server's, and some patterns of PCRE are none of its own. */
function patternText(pattern: string, options: string): string {
  const literal = pattern === '' || /[\r\n/]/.test(pattern) || /[^im]/.test(options) ? undefined : `/${pattern}/${options}`;
  if (literal !== undefined && readValue(literal)?.kind === 'bson') return literal;
  return options === '' ? `BSONRegExp(${writeText(pattern)})` : `BSONRegExp(${writeText(pattern)}, ${writeText(options)})`;
}

function ofBinary(value: object): DocumentValue {
  const subtype = Number(field(value, 'sub_type'));
  const buffer = field(value, 'buffer');
  const position = Number(field(value, 'position'));
  const bytes = buffer instanceof Uint8Array ? buffer.subarray(0, Number.isInteger(position) ? position : buffer.length) : new Uint8Array();
  if (subtype === bson.Binary.SUBTYPE_UUID && bytes.length === 16) return ofType('UUID', `UUID("${new bson.UUID(bytes).toHexString()}")`);
  return ofType('BinData', `BinData(${subtype}, "${bson.ByteUtils.toBase64(bytes)}")`);
}

/** The value as the driver takes it. Fails for what only a run would tell, and for texts that are no value of their type. */
export function bsonOf(value: DocumentValue): Result<unknown> {
  switch (value.kind) {
    case 'scalar':
      return success(value.value);
    case 'bson':
      return bsonOfText(value, bsonOf);
    case 'hole':
      return unknown(`the value \${${value.name}} is known only to the migration's run`);
    case 'array': {
      if (value.partial === true) return unknown('a list has items that are known only to the run of the migration');
      const items: unknown[] = [];
      for (const item of value.items) {
        const made = bsonOf(item);
        if (!made.ok) return made;
        items.push(made.value);
      }
      return success(items);
    }
    case 'document': {
      if (value.partial === true) return unknown('a document has fields that are known only to the run of the migration');
      // Names that look like numbers would go before the others in a plain object: a Map keeps their place.
      const fields = new Map<string, unknown>();
      for (const { name, value: each } of value.fields) {
        const made = bsonOf(each);
        if (!made.ok) return made;
        fields.delete(name);
        fields.set(name, made.value);
      }
      return success(plainOf(fields));
    }
  }
}

/** A plain object, or the map itself where an object would change the order or the meaning of the names. */
function plainOf(fields: Map<string, unknown>): unknown {
  const isOrdered = [...fields.keys()].every((name) => !/^\d+$/.test(name) && name !== '__proto__');
  return isOrdered ? Object.fromEntries(fields) : fields;
}

function unknown(what: string): Result<never> {
  return failure({ message: `This can't be sent: ${what}.` });
}

/** A document as mongosh text on one line. */
export function valueText(value: unknown): string {
  return writeValue(documentValue(value));
}
