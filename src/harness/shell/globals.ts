import { inspect } from 'node:util';
import * as BSON from 'bson';

/** Types are called with and without `new` in the shell. */
function callable<T>(make: (...given: never[]) => T, type: object): unknown {
  function shellType(...given: never[]): T {
    return make(...given);
  }
  return Object.setPrototypeOf(Object.assign(shellType, { prototype: (type as { prototype: unknown }).prototype }), type);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 10, breakLength: 120 });
}

function print(...values: readonly unknown[]): void {
  console.log(values.map(shown).join(' '));
}

function date(text?: string): Date {
  if (text === undefined) return new Date();
  // `20240131` and `2024-01-31 10:00:00` are dates of the shell as well; without a zone they are in UTC.
  const [, year, month, day, time = '00:00:00', zone = 'Z'] =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]?(\d{2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ?? [];
  const parsed = year === undefined ? new Date(text) : new Date(`${year}-${month}-${day}T${time}${zone}`);
  if (Number.isNaN(parsed.getTime())) throw new Error(`${JSON.stringify(text)} is not a valid ISODate`);
  return parsed;
}

function long(value: string | number | bigint = 0): BSON.Long {
  return typeof value === 'number' ? BSON.Long.fromNumber(value) : BSON.Long.fromString(String(value));
}

/** Sleeps without giving way, as all of the shell does. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** What a script of mongosh finds by name, beside `db`. */
export const shellGlobals: Readonly<Record<string, unknown>> = {
  print,
  printjson: print,
  tojson: (value: unknown) => shown(value),
  sleep,
  EJSON: BSON.EJSON,
  ObjectId: callable((id?: string) => new BSON.ObjectId(id), BSON.ObjectId),
  ISODate: date,
  UUID: callable((id?: string) => new BSON.UUID(id), BSON.UUID),
  NumberInt: callable((value: number | string = 0) => new BSON.Int32(Number(value)), BSON.Int32),
  NumberLong: callable(long, BSON.Long),
  NumberDecimal: callable((value: number | string = '0') => BSON.Decimal128.fromString(String(value)), BSON.Decimal128),
  Int32: callable((value: number | string = 0) => new BSON.Int32(Number(value)), BSON.Int32),
  Long: callable(long, BSON.Long),
  Double: callable((value: number | string = 0) => new BSON.Double(Number(value)), BSON.Double),
  Decimal128: callable((value: string = '0') => BSON.Decimal128.fromString(value), BSON.Decimal128),
  Timestamp: callable(
    (t: number | { t: number; i: number } = 0, i = 0) => new BSON.Timestamp(typeof t === 'number' ? { t, i } : t),
    BSON.Timestamp,
  ),
  BinData: (type: number, text: string) => new BSON.Binary(Buffer.from(text, 'base64'), type),
  HexData: (type: number, text: string) => new BSON.Binary(Buffer.from(text, 'hex'), type),
  MinKey: callable(() => new BSON.MinKey(), BSON.MinKey),
  MaxKey: callable(() => new BSON.MaxKey(), BSON.MaxKey),
  DBRef: callable((collection: string, id: BSON.ObjectId, database?: string) => new BSON.DBRef(collection, id, database), BSON.DBRef),
  Code: callable((code: string, scope?: BSON.Document) => new BSON.Code(code, scope), BSON.Code),
};
