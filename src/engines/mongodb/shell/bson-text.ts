import * as bson from 'bson';
import type { DocumentValue } from '../../../model/document';
import { failure, type Result, success } from '../../../model/result';
import { readValue } from '../../../parse/mongodb/value';

type BsonValue = Extract<DocumentValue, { readonly kind: 'bson' }>;

/**
 * What mongosh makes of `ObjectId("65f...")`, `/a/i`, `NumberLong("5")`. Those without arguments are made anew, as the shell does.
 * `bsonOf` makes the arguments.
 */
export function bsonOfText(value: BsonValue, bsonOf: (value: DocumentValue) => Result<unknown>): Result<unknown> {
  try {
    const made = value.type === 'RegExp' && value.text.startsWith('/') ? literalPattern(value.text) : called(value, bsonOf);
    if (made !== undefined) return success(made);
  } catch {
    // The library says why in words of its own; ours are below.
  }
  return failure({ message: `This can't be sent: ${shortened(value.text)} is no ${value.type}.` });
}

/** The flags as the driver sends them: g becomes the server's s (`.` matches line breaks), others than i and m are lost. */
function literalPattern(text: string): bson.BSONRegExp {
  const end = text.lastIndexOf('/');
  const flags = [...text.slice(end + 1)].flatMap((flag) => (flag === 'g' ? ['s'] : 'im'.includes(flag) ? [flag] : []));
  // A slash is escaped for JavaScript's sake alone.
  return new bson.BSONRegExp(text.slice(1, end).replaceAll('\\/', '/'), flags.join(''));
}

function called({ type, text }: BsonValue, bsonOf: (value: DocumentValue) => Result<unknown>): unknown {
  const name = /^(?:new )?(\w+)\(/.exec(text)?.[1] ?? type;
  const list = readValue(`[${text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))}]`);
  const values = list === undefined ? undefined : bsonOf(list);
  return values?.ok === true && Array.isArray(values.value) ? makers[name]?.(values.value) : undefined;
}

type Maker = (values: readonly unknown[]) => unknown;

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
}

function isDocument(value: unknown): value is bson.Document {
  return typeof value === 'object' && value !== null;
}

const makers: Readonly<Record<string, Maker>> = {
  ObjectId: ([id]) => (id === undefined ? new bson.ObjectId() : bson.ObjectId.createFromHexString(text(id))),
  ISODate: ([at]) => dateOf(at),
  Date: ([at]) => dateOf(at),
  NumberLong: ([digits]) => bson.Long.fromString(text(digits)),
  NumberInt: ([number]) => new bson.Int32(Number(number)),
  NumberDecimal: ([digits]) => bson.Decimal128.fromString(text(digits)),
  Double: ([number]) => new bson.Double(Number(number)),
  UUID: ([id]) => (id === undefined ? new bson.UUID() : new bson.UUID(text(id))),
  BinData: ([subtype, bytes]) => bson.Binary.createFromBase64(text(bytes), Number(subtype)),
  HexData: ([subtype, bytes]) => bson.Binary.createFromHexString(text(bytes), Number(subtype)),
  Timestamp: ([t, i]) => new bson.Timestamp({ t: Number(t), i: Number(i) }),
  MinKey: () => new bson.MinKey(),
  MaxKey: () => new bson.MaxKey(),
  Code: ([code, scope]) => (isDocument(scope) ? new bson.Code(text(code), scope) : new bson.Code(text(code))),
  DBRef: ([collection, id, database]) =>
    // The library asks for an ObjectId; the server takes an id of any type.
    new bson.DBRef(text(collection), id as bson.ObjectId, database === undefined ? undefined : text(database)),
  BSONSymbol: ([symbol]) => new bson.BSONSymbol(text(symbol)),
  BSONRegExp: ([pattern, options]) => new bson.BSONRegExp(text(pattern), options === undefined ? '' : text(options)),
};

function dateOf(at: unknown): Date {
  const date = at === undefined ? new Date() : new Date(typeof at === 'number' ? at : dateText(text(at)));
  if (Number.isNaN(date.getTime())) throw new RangeError('no date');
  return date;
}

/** mongosh takes a date without a zone as UTC, and one without colons too. */
function dateText(given: string): string {
  const isIso = /^\d{4}-?\d{2}-?\d{2}(?:[T ]|$)/.test(given);
  if (!isIso) return given;
  const spaced = given.replace(/^(\d{4})-?(\d{2})-?(\d{2})[T ]?/, '$1-$2-$3T').replace(/T$/, 'T00:00:00');
  return /(?:Z|[+-]\d{2}:?\d{2})$/i.test(spaced) ? spaced : `${spaced}Z`;
}

function shortened(given: string): string {
  return given.length > 60 ? `${given.slice(0, 57)}...` : given;
}
