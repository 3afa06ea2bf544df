import type { DocumentValue } from '../../model/document';
import { fieldOf, isWhole, numberOf, textOf } from '../../model/document-value';
import { writeText } from './names';
import { writeValue } from './write';

/** A BSON value as mongosh writes it. */
export interface BsonText {
  readonly type: string;
  readonly text: string;
}

type Arguments = readonly DocumentValue[];

/**
 * What a call of one of the shell's or the driver's constructors makes: `ObjectId("...")`, `new Date(0)`, `Long.fromString("5")`. Undefined
 * for others, and when an argument is not known.
 */
export function bsonOfCall(name: string, values: Arguments, isNew: boolean): BsonText | undefined {
  if (name === 'Date' && !isNew) return undefined;
  return Object.hasOwn(makers, name) ? makers[name]?.(values) : undefined;
}

function objectId(values: Arguments): BsonText | undefined {
  return ofText('ObjectId', values, true);
}

function long(values: Arguments): BsonText | undefined {
  const digits = digitsOf(values[0]);
  return digits === undefined ? undefined : { type: 'NumberLong', text: `NumberLong("${digits}")` };
}

function int(values: Arguments): BsonText | undefined {
  const digits = digitsOf(values[0]);
  return digits === undefined ? undefined : { type: 'NumberInt', text: `NumberInt(${digits})` };
}

function decimal(values: Arguments): BsonText | undefined {
  const digits = digitsOf(values[0]);
  return digits === undefined ? undefined : { type: 'NumberDecimal', text: `NumberDecimal("${digits}")` };
}

function date(values: Arguments): BsonText | undefined {
  if (values.length === 0) return { type: 'ISODate', text: 'new Date()' };
  if (values.length > 1) return undefined;
  const text = textOf(values[0]);
  if (text !== undefined) return { type: 'ISODate', text: `ISODate(${writeText(text)})` };
  const time = numberOf(values[0]);
  if (time === undefined || Number.isNaN(new Date(time).getTime())) return undefined;
  const iso = new Date(time).toISOString();
  // ISODate takes years of four digits.
  return { type: 'ISODate', text: /^\d/.test(iso) ? `ISODate("${iso}")` : `new Date(${time})` };
}

function timestamp(values: Arguments): BsonText | undefined {
  const [first, second] = values;
  const seconds = numberOf(first?.kind === 'document' ? fieldOf(first, 't') : first);
  const increment = numberOf(first?.kind === 'document' ? fieldOf(first, 'i') : second);
  if (seconds === undefined || increment === undefined) return undefined;
  return { type: 'Timestamp', text: `Timestamp(${seconds}, ${increment})` };
}

function binary(name: 'BinData' | 'HexData') {
  return ([kind, bytes]: Arguments): BsonText | undefined => {
    const subtype = numberOf(kind);
    const text = textOf(bytes);
    return subtype === undefined || text === undefined ? undefined : { type: 'BinData', text: `${name}(${subtype}, ${writeText(text)})` };
  };
}

function binaryFrom(name: 'BinData' | 'HexData') {
  return ([bytes, kind]: Arguments): BsonText | undefined => {
    const text = textOf(bytes);
    const subtype = kind === undefined ? 0 : numberOf(kind);
    return text === undefined || subtype === undefined ? undefined : { type: 'BinData', text: `${name}(${subtype}, ${writeText(text)})` };
  };
}

function regularExpression([pattern, flags]: Arguments): BsonText | undefined {
  const source = textOf(pattern);
  const options = flags === undefined ? '' : textOf(flags);
  if (source === undefined || options === undefined) return undefined;
  const escaped = source.replace(/\\[\s\S]|\//g, (all) => (all === '/' ? '\\/' : all));
  return { type: 'RegExp', text: `/${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r') || '(?:)'}/${options}` };
}

/** A pattern of the server's own language, whose options JavaScript need not know. */
function serverPattern([pattern, flags]: Arguments): BsonText | undefined {
  const source = textOf(pattern);
  const options = flags === undefined ? '' : textOf(flags);
  if (source === undefined || options === undefined) return undefined;
  return { type: 'RegExp', text: `BSONRegExp(${writeText(source)}${options === '' ? '' : `, ${writeText(options)}`})` };
}

function code([given, scope]: Arguments): BsonText | undefined {
  const source = textOf(given);
  if (source === undefined) return undefined;
  return { type: 'Code', text: `Code(${writeText(source)}${scope === undefined ? '' : `, ${writeValue(scope)}`})` };
}

/** A type whose one argument is a text. */
function ofText(type: string, [first]: Arguments, orNothing = false): BsonText | undefined {
  if (first === undefined) return orNothing ? { type, text: `${type}()` } : undefined;
  const text = textOf(first);
  return text === undefined ? undefined : { type, text: `${type}(${writeText(text)})` };
}

function digitsOf(value: DocumentValue | undefined): string | undefined {
  if (value === undefined) return '0';
  const text = textOf(value) ?? numberOf(value)?.toString();
  return text !== undefined && /^[+-]?(?:[\d.]+(?:[eE][+-]?\d+)?|Infinity|NaN)$/.test(text.trim()) ? text.trim() : undefined;
}

function reference([collection, id, database]: Arguments): BsonText | undefined {
  const name = textOf(collection);
  const owner = database === undefined ? '' : textOf(database);
  if (name === undefined || owner === undefined || id === undefined) return undefined;
  if (!isWhole(id)) return undefined;
  return { type: 'DBRef', text: `DBRef(${writeText(name)}, ${writeValue(id)}${owner === '' ? '' : `, ${writeText(owner)}`})` };
}

const makers: Readonly<Record<string, (values: Arguments) => BsonText | undefined>> = {
  ObjectId: objectId,
  ObjectID: objectId,
  'ObjectId.createFromHexString': objectId,
  ISODate: date,
  Date: date,
  NumberLong: long,
  Long: long,
  'Long.fromNumber': long,
  'Long.fromString': long,
  'Long.fromInt': long,
  'Long.fromBigInt': long,
  NumberInt: int,
  Int32: int,
  NumberDecimal: decimal,
  Decimal128: decimal,
  'Decimal128.fromString': decimal,
  Double: ([first]) => {
    const value = numberOf(first);
    return value === undefined ? undefined : { type: 'Double', text: `Double(${value})` };
  },
  UUID: (values) => ofText('UUID', values, true),
  'UUID.createFromHexString': (values) => ofText('UUID', values),
  BinData: binary('BinData'),
  HexData: binary('HexData'),
  'Binary.createFromBase64': binaryFrom('BinData'),
  'Binary.createFromHexString': binaryFrom('HexData'),
  Timestamp: timestamp,
  MinKey: () => ({ type: 'MinKey', text: 'MinKey()' }),
  MaxKey: () => ({ type: 'MaxKey', text: 'MaxKey()' }),
  RegExp: regularExpression,
  BSONRegExp: serverPattern,
  Code: code,
  BSONSymbol: (values) => ofText('BSONSymbol', values),
  DBRef: reference,
};
