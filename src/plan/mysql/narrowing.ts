import { type ColumnType, columnType, isSameType } from './column-type';

/** What of a column's values another type can't hold. */
export interface Narrowing {
  /** `a text longer than 10 characters`. */
  readonly what: string;
  /** The errors that strict mode gives; none when the value is changed without a word then too. */
  readonly codes: readonly number[];
  /** SQL that is true for such a value; undefined where no simple one is. `column` is quoted. */
  readonly condition?: (column: string) => string;
}

/**
 * What a change of type may refuse or cut; undefined where every value fits, or nothing is known of the types. Measured on MySQL 9 and
 * MariaDB 11; the ranges are those of the manual ("Numeric Type Syntax", "String Data Type Syntax").
 */
export function narrowing(from: string, to: string, engine: 'mysql' | 'mariadb'): Narrowing | undefined {
  const [before, after] = [columnType(from), columnType(to)];
  if (isSameType(before, after)) return undefined;
  if (isList(after)) return ofList(before, after);
  // Numbers of places in the list, and its words as texts.
  if (isList(before)) return isTextual(after) ? ofTextLength(longest(before), after) : undefined;
  if (isNumber(after)) return isNumber(before) ? ofNumber(before, after) : isTextual(before) ? notReadable(after, engine) : undefined;
  if (after.base === 'json') return isTextual(before) ? notReadable(after, engine) : undefined;
  if (isMoment(after)) return isMoment(before) ? ofMoment(before, after) : isTextual(before) ? notReadable(after, engine) : undefined;
  if (!isTextual(after)) return undefined;
  if (isTextual(before)) return ofTextLength(length(before), after);
  return isInteger(before) ? ofTextLength(integerDigits(before) + (before.unsigned ? 0 : 1), after) : undefined;
}

const isList = ({ base }: ColumnType) => base === 'enum' || base === 'set';
const isInteger = ({ base }: ColumnType) => /^(?:tiny|small|medium|big)?int$/.test(base);
const isNumber = (type: ColumnType) => isInteger(type) || /^(?:decimal|float|double)$/.test(type.base);
const isTextual = ({ base }: ColumnType) => /^(?:var)?char$|^(?:tiny|medium|long)?text$/.test(base);
const isMoment = ({ base }: ColumnType) => base === 'date' || base === 'datetime' || base === 'timestamp';

function ofList(before: ColumnType, after: ColumnType): Narrowing | undefined {
  if (isTextual(before))
    return {
      what: `a text that is not one of its values`,
      codes: [1265],
      condition: (column) => `${column} NOT IN (${after.parts.join(', ')})`,
    };
  if (before.base !== after.base) return undefined;
  const removed = before.parts.filter((value) => !after.parts.includes(value));
  if (removed.length === 0) return undefined;
  const what = `the value ${removed.join(' or ')}`;
  if (before.base === 'enum') return { what, codes: [1265], condition: (column) => `${column} IN (${removed.join(', ')})` };
  return { what, codes: [1265], condition: (column) => removed.map((value) => `FIND_IN_SET(${value}, ${column})`).join(' OR ') };
}

const textLengths: Readonly<Record<string, number>> = { tinytext: 255, text: 65_535, mediumtext: 16_777_215, longtext: 4_294_967_295 };

function length({ base, parts }: ColumnType): number {
  return textLengths[base] ?? Number(parts[0]);
}

function longest({ parts }: ColumnType): number {
  return Math.max(...parts.map((value) => value.length - 2));
}

function ofTextLength(longest: number, after: ColumnType): Narrowing | undefined {
  const room = length(after);
  if (!(longest > room)) return undefined;
  const inBytes = textLengths[after.base] !== undefined;
  return {
    what: `a value longer than ${room} ${inBytes ? 'bytes' : 'characters'}`,
    // Between two whose lengths take as many bytes it is the second.
    codes: [1406, 1265],
    condition: (column) => `${inBytes ? 'LENGTH' : 'CHAR_LENGTH'}(${column}) > ${room}`,
  };
}

const bits: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

/** The least and the greatest value. */
function integerRange({ base, unsigned }: ColumnType): readonly [bigint, bigint] {
  const size = bits[base] ?? 64n;
  return unsigned ? [0n, 2n ** size - 1n] : [-(2n ** (size - 1n)), 2n ** (size - 1n) - 1n];
}

function integerDigits(type: ColumnType): number {
  return String(integerRange(type)[1]).length;
}

function ofNumber(before: ColumnType, after: ColumnType): Narrowing | undefined {
  if (isInteger(after)) return ofInteger(before, after);
  if (after.base === 'decimal') return ofDecimal(before, after);
  if (after.base === 'float' && before.base === 'double')
    return { what: 'a number above 3.4e38', codes: [1264], condition: (column) => `ABS(${column}) > 3.4e38` };
  return ofSign(before, after);
}

function ofInteger(before: ColumnType, after: ColumnType): Narrowing | undefined {
  const [least, greatest] = integerRange(after);
  const between: Narrowing = {
    what: `a number outside of ${least} to ${greatest}`,
    codes: [1264],
    condition: (column) => `${column} NOT BETWEEN ${least} AND ${greatest}`,
  };
  if (isInteger(before)) {
    const [from, to] = integerRange(before);
    return from < least || to > greatest ? between : undefined;
  }
  if (before.base !== 'decimal') return between;
  const [digits, scale] = decimalParts(before);
  if (10n ** BigInt(digits) - 1n > greatest || (after.unsigned && !before.unsigned)) return between;
  return scale > 0 ? rounded(0) : undefined;
}

function ofDecimal(before: ColumnType, after: ColumnType): Narrowing | undefined {
  const [digits, scale] = decimalParts(after);
  const tooLarge: Narrowing = {
    what: `a number of more than ${digits} digits before the point`,
    codes: [1264],
    condition: (column) => `ABS(${column}) >= 1e${digits}`,
  };
  if (isInteger(before)) return integerDigits(before) > digits ? tooLarge : ofSign(before, after);
  if (before.base !== 'decimal') return tooLarge;
  const [oldDigits, oldScale] = decimalParts(before);
  if (oldDigits > digits) return tooLarge;
  return ofSign(before, after) ?? (oldScale > scale ? rounded(scale) : undefined);
}

/** Digits before the point, and behind it. */
function decimalParts({ parts }: ColumnType): readonly [number, number] {
  const [precision = 10, scale = 0] = parts.map(Number);
  return [precision - scale, scale];
}

function ofSign(before: ColumnType, after: ColumnType): Narrowing | undefined {
  if (!after.unsigned || before.unsigned) return undefined;
  return { what: 'a number below 0', codes: [1264], condition: (column) => `${column} < 0` };
}

function rounded(scale: number): Narrowing {
  return {
    codes: [],
    what: scale === 0 ? 'what stands behind the point' : `more than ${scale} digits behind the point`,
    condition: (column) => `${column} <> ROUND(${column}, ${scale})`,
  };
}

/** A text where the new type wants something that can be read as it. */
function notReadable({ base }: ColumnType, engine: 'mysql' | 'mariadb'): Narrowing {
  if (base === 'json')
    return {
      what: 'a text that is no JSON',
      codes: [engine === 'mysql' ? 3140 : 4025],
      condition: (column) => `NOT JSON_VALID(${column})`,
    };
  if (base === 'date' || base === 'datetime' || base === 'timestamp') return { what: 'a text that is no moment', codes: [1292] };
  return {
    what: 'a text that is no number',
    codes: [engine === 'mysql' ? 1366 : 1292],
    condition: (column) => `${column} NOT REGEXP '^ *[-+]?[0-9]+([.][0-9]*)? *$'`,
  };
}

function ofMoment(before: ColumnType, after: ColumnType): Narrowing | undefined {
  if (after.base === 'date') return { what: 'the time of the day', codes: [], condition: (column) => `TIME(${column}) <> '00:00:00'` };
  if (after.base === 'timestamp' && before.base !== 'timestamp')
    return {
      what: 'a moment before 1970 or behind January 2038',
      codes: [1292],
      condition: (column) => `${column} < '1970-01-02' OR ${column} >= '2038-01-19'`,
    };
  const [places, fewer] = [Number(before.parts[0] ?? 0), Number(after.parts[0] ?? 0)];
  return before.base !== 'date' && places > fewer
    ? {
        codes: [],
        what: `parts of a second behind the ${fewer === 0 ? 'whole one' : `${fewer}. digit`}`,
        condition: (column) => `MICROSECOND(${column}) <> 0`,
      }
    : undefined;
}
