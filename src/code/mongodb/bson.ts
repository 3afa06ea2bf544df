import { type NativeCall, type NativeValue, native } from '../native';
import { constantText } from '../text';
import { object, primitive, unknown, type Value } from '../value';

/** A value of a BSON type that JSON has not, as mongosh writes it. Where a part of it is not known, it is no such value but a hole. */
class BsonData {
  constructor(
    readonly type: string,
    readonly text: string,
  ) {}
}

/** The value as what natives hand about. */
function bsonValue(type: string, text: string): NativeValue {
  const self: NativeValue = native({
    name: type,
    reachesDatabase: false,
    data: new BsonData(type, text),
    member: (name, use) => {
      const place = use.place;
      return native({
        name: `${type}.${name}`,
        reachesDatabase: false,
        call: () => (returningSelf.has(name) ? self : unknown(use.machine.textOf(place), { source: place })),
      });
    },
  });
  return self;
}

const returningSelf = new Set(['valueOf', 'toBSON']);

/** The type and text of a value of BSON, undefined for all others. */
export function bsonOf(value: Value): BsonData | undefined {
  return value.kind === 'native' && value.data instanceof BsonData ? value.data : undefined;
}

type Reader = (call: NativeCall) => NativeValue | undefined;

/** How each type is written, by what its constructor gets; undefined where that is not known. Names are those of the driver and of mongosh. */
const readers: Readonly<Record<string, Reader>> = {
  ObjectId: (call) => fromText(call, 'ObjectId', /^[\da-f]{24}$/i),
  ObjectID: (call) => fromText(call, 'ObjectId', /^[\da-f]{24}$/i),
  UUID: (call) => fromText(call, 'UUID', /^[\da-f-]{32,36}$/i),
  ISODate: (call) => dateOf(call),
  Date: (call) => dateOf(call),
  Long: (call) => fromNumber(call, 'NumberLong', true),
  NumberLong: (call) => fromNumber(call, 'NumberLong', true),
  Int32: (call) => fromNumber(call, 'NumberInt', false),
  NumberInt: (call) => fromNumber(call, 'NumberInt', false),
  Double: (call) => fromNumber(call, 'Double', false),
  Decimal128: (call) => fromNumber(call, 'NumberDecimal', true),
  NumberDecimal: (call) => fromNumber(call, 'NumberDecimal', true),
  MinKey: () => bsonValue('MinKey', 'MinKey()'),
  MaxKey: () => bsonValue('MaxKey', 'MaxKey()'),
  BSONRegExp: (call) => regularExpression(call),
  Timestamp: (call) => timestamp(call),
  BinData: (call) => binary(call),
};

/** Statics that make a value as the constructor does: `Decimal128.fromString('1.5')`, `ObjectId.createFromHexString('..')`. */
const makers = new Set([
  ...['createFromHexString', 'fromString', 'fromNumber', 'fromInt', 'fromBigInt', 'createFromTime', 'fromBits', 'generate'],
  ...['createFromBase64', 'fromExtendedJSON'],
]);
const exactMakers = new Set(['createFromHexString', 'fromString', 'fromNumber', 'fromInt', 'fromBigInt']);

/** A constructor of BSON values, with and without `new`. */
export function bsonType(name: string): NativeValue {
  const make = (call: NativeCall): Value =>
    readers[name]?.(call) ?? unknown(call.machine.textOf(call.place), { source: call.place, tag: { bson: name } });
  return native({
    name,
    reachesDatabase: false,
    call: make,
    construct: make,
    member: (member) => {
      if (!makers.has(member) && member !== 'isValid') return undefined;
      const call = (inner: NativeCall): Value =>
        exactMakers.has(member) ? make(inner) : unknown(inner.machine.textOf(inner.place), { source: inner.place });
      return native({ name: `${name}.${member}`, reachesDatabase: false, call });
    },
  });
}

/** All constructors that packages give: `mongodb`, `bson`, `mongoose.Types`. */
export function bsonTypes(): ReadonlyMap<string, Value> {
  const names = Object.keys(readers).filter((name) => !/^(?:Date|ISODate|BinData|Number)/.test(name));
  return new Map<string, Value>([
    ...names.map((name) => [name, bsonType(name)] as const),
    ['Binary', binaryClass],
    ['Code', unreadType('Code')],
    ['DBRef', unreadType('DBRef')],
  ]);
}

function unreadType(name: string): NativeValue {
  const make = (call: NativeCall): Value => unknown(call.machine.textOf(call.place), { source: call.place });
  return native({ name, reachesDatabase: false, call: make, construct: make });
}

const binaryClass = native({
  name: 'Binary',
  reachesDatabase: false,
  construct: (call) => unknown(call.machine.textOf(call.place), { source: call.place }),
  methods: {
    createFromBase64: (call) => {
      const text = constantText(call.arg(0));
      return text === undefined ? unknown(call.machine.textOf(call.place)) : bsonValue('BinData', `BinData(0, ${JSON.stringify(text)})`);
    },
  },
});

/** Of the global `Date`: a value that mongosh can write, and what only a run would tell. */
export function dateType(): NativeValue {
  const make = (call: NativeCall): Value => dateOf(call) ?? unknown(call.machine.textOf(call.place), { source: call.place });
  const some = (call: NativeCall): Value => unknown(call.machine.textOf(call.place), { source: call.place });
  return native({ name: 'Date', reachesDatabase: false, call: some, construct: make, methods: { now: some, UTC: some, parse: some } });
}

function fromText(call: NativeCall, type: string, form: RegExp): NativeValue | undefined {
  const given = call.arg(0);
  const own = bsonOf(given);
  if (own?.type === type && given.kind === 'native') return given;
  const text = constantText(given);
  return text !== undefined && form.test(text) ? bsonValue(type, `${type}(${JSON.stringify(text)})`) : undefined;
}

function fromNumber(call: NativeCall, type: string, quoted: boolean): NativeValue | undefined {
  const given = call.arg(0);
  const text =
    given.kind === 'primitive' && (typeof given.value === 'number' || typeof given.value === 'bigint')
      ? String(given.value)
      : constantText(given);
  if (text === undefined || !/^[-+]?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|Infinity|NaN)$/i.test(text)) return undefined;
  return bsonValue(type, `${type}(${quoted ? JSON.stringify(text) : text})`);
}

/** `new Date()` is the time of the run: mongosh has the same words for it. */
function dateOf(call: NativeCall): NativeValue | undefined {
  if (call.args.length === 0) return bsonValue('Date', 'new Date()');
  const given = call.arg(0);
  const own = bsonOf(given);
  if (own?.type === 'Date' && given.kind === 'native') return given;
  const text = call.args.length === 1 ? constantText(given) : undefined;
  if (text !== undefined) return Number.isNaN(Date.parse(text)) ? undefined : bsonValue('Date', `ISODate(${JSON.stringify(text)})`);
  const numbers = call.args.map((value) => (value.kind === 'primitive' && typeof value.value === 'number' ? value.value : undefined));
  if (!numbers.every((number) => number !== undefined)) return undefined;
  // Of several numbers the zone of the machine decides.
  return numbers.length === 1 && Math.abs(numbers[0] ?? 0) <= 8.64e15
    ? bsonValue('Date', `ISODate(${JSON.stringify(new Date(numbers[0] ?? 0).toISOString())})`)
    : undefined;
}

function regularExpression(call: NativeCall): NativeValue | undefined {
  const pattern = constantText(call.arg(0));
  const flags = call.args.length < 2 ? '' : constantText(call.arg(1));
  if (pattern === undefined || flags === undefined || /[/\n]/.test(pattern)) return undefined;
  return bsonValue('RegExp', `/${pattern}/${flags}`);
}

/** `new Timestamp({ t: 1, i: 2 })`, and mongosh's `Timestamp(1, 2)`. */
function timestamp(call: NativeCall): NativeValue | undefined {
  const [first = object(), second] = call.args;
  const parts = first.kind === 'object' ? [first.properties.get('t'), first.properties.get('i')] : [first, second];
  const numbers = parts.map((part) => (part?.kind === 'primitive' && typeof part.value === 'number' ? part.value : undefined));
  return numbers.every((number) => number !== undefined) ? bsonValue('Timestamp', `Timestamp(${numbers.join(', ')})`) : undefined;
}

function binary(call: NativeCall): NativeValue | undefined {
  const subtype = call.arg(0);
  const text = constantText(call.arg(1));
  if (subtype.kind !== 'primitive' || typeof subtype.value !== 'number' || text === undefined) return undefined;
  return bsonValue('BinData', `BinData(${subtype.value}, ${JSON.stringify(text)})`);
}

/** The globals of mongosh that make values. */
export function shellTypes(): ReadonlyMap<string, Value> {
  const names = ['ObjectId', 'UUID', 'ISODate', 'NumberLong', 'Long', 'NumberInt', 'Int32', 'Double', 'NumberDecimal', 'Decimal128'];
  return new Map<string, Value>([
    ...[...names, 'MinKey', 'MaxKey', 'Timestamp', 'BinData'].map((name) => [name, bsonType(name)] as const),
    ['NaN', primitive(Number.NaN)],
  ]);
}
