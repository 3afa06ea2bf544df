import type { Engine } from '../../../model/engine';
import { quoteLiteral, unquoteIdentifier } from '../../../parse/mysql/identifiers';
import { tokenize } from '../../../parse/mysql/lexer';
import type { BoundValue } from '../../../wire/mysql/binary-values';

/** What is a token does not depend on the version, but for conditional comments, which tools do not write. */
const anyEngine: Engine = { name: 'mysql', major: 9 };

export function tokenizeAny(text: string): ReturnType<typeof tokenize> {
  return tokenize(text, anyEngine);
}

/**
 * A prepared statement's text with its values written into it, so that it can be read, shown and sent again by itself. Undefined when a
 * value can't be written: it was sent ahead in pieces, or its type is not known here.
 */
export function withValues(text: string, values: readonly BoundValue[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  if (values.length === 0) return text;
  let written = '';
  let done = 0;
  let position = 0;
  for (const token of tokenizeAny(text)) {
    if (token.kind !== 'parameter') continue;
    const value = values[position++];
    const literal = value && literalOf(value);
    if (literal === undefined) return undefined;
    written += text.slice(done, token.start) + literal;
    done = token.end;
  }
  return written + text.slice(done);
}

/**
 * A text in which no name is qualified by this database: each cell runs in one of its own, and a tool that writes its name (TypeORM does) would
 * otherwise never send the same text twice.
 */
export function withoutDatabase(text: string, database: string): string {
  if (database === '' || !text.includes(database)) return text;
  const tokens = tokenizeAny(text);
  let written = '';
  let done = 0;
  for (const [position, { kind, start, end }] of tokens.entries()) {
    const dot = tokens[position + 1];
    const isName = kind === 'word' || kind === 'quoted identifier';
    if (!isName || dot?.word !== '.' || tokens[position - 1]?.word === '.') continue;
    if (unquoteIdentifier(text.slice(start, end)) !== database) continue;
    written += text.slice(done, start);
    done = dot.end;
  }
  return written + text.slice(done);
}

/** Types of numbers, by the manual's numbers for them ("Column Types"). */
const numbers: Readonly<Record<number, (bytes: Buffer, unsigned: boolean) => string>> = {
  1: (bytes, unsigned) => String(unsigned ? bytes.readUInt8() : bytes.readInt8()),
  2: (bytes, unsigned) => String(unsigned ? bytes.readUInt16LE() : bytes.readInt16LE()),
  13: (bytes) => String(bytes.readUInt16LE()),
  3: (bytes, unsigned) => String(unsigned ? bytes.readUInt32LE() : bytes.readInt32LE()),
  9: (bytes, unsigned) => String(unsigned ? bytes.readUInt32LE() : bytes.readInt32LE()),
  8: (bytes, unsigned) => String(unsigned ? bytes.readBigUInt64LE() : bytes.readBigInt64LE()),
  4: (bytes) => String(bytes.readFloatLE()),
  5: (bytes) => String(bytes.readDoubleLE()),
};

/** DECIMAL, VARCHAR, JSON, NEWDECIMAL, ENUM, SET, the BLOBs, VAR_STRING and STRING: bytes as they are. */
const strings: ReadonlySet<number> = new Set([0, 15, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254]);

function literalOf({ type, unsigned, bytes }: BoundValue): string | undefined {
  if (bytes === null) return 'NULL';
  if (strings.has(type)) {
    const text = bytes.toString('utf8');
    return Buffer.from(text).equals(bytes) ? quoteLiteral(text) : `x'${bytes.toString('hex')}'`;
  }
  if (type === 7 || type === 10 || type === 12) return quoteLiteral(moment(bytes));
  if (type === 11) return quoteLiteral(duration(bytes));
  return numbers[type]?.(bytes, unsigned);
}

const two = (value: number | undefined): string => String(value ?? 0).padStart(2, '0');

/** DATE, DATETIME, TIMESTAMP: as much of it as is not zero. */
function moment(bytes: Buffer): string {
  if (bytes.length < 4) return '0000-00-00 00:00:00';
  const date = `${String(bytes.readUInt16LE()).padStart(4, '0')}-${two(bytes[2])}-${two(bytes[3])}`;
  if (bytes.length < 7) return date;
  return `${date} ${two(bytes[4])}:${two(bytes[5])}:${two(bytes[6])}${fraction(bytes, 7)}`;
}

function duration(bytes: Buffer): string {
  if (bytes.length < 8) return '00:00:00';
  const hours = bytes.readUInt32LE(1) * 24 + (bytes[5] ?? 0);
  return `${bytes[0] === 1 ? '-' : ''}${two(hours)}:${two(bytes[6])}:${two(bytes[7])}${fraction(bytes, 8)}`;
}

function fraction(bytes: Buffer, offset: number): string {
  return bytes.length < offset + 4 ? '' : `.${String(bytes.readUInt32LE(offset)).padStart(6, '0')}`;
}
