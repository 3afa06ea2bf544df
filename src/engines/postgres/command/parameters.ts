import { quoteLiteral } from '../../../parse/postgres/identifiers';
import { tokenize } from '../../../parse/postgres/lexer';
import type { BoundValue } from '../../../wire/postgres/messages';

/**
 * A prepared statement's text with its values written into it, so that it can be read, shown and sent again by itself. Undefined when a
 * value can't be written: it was too long to keep, or is binary of a type that is not known here.
 */
export function withValues(text: string, values: readonly BoundValue[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  if (values.length === 0) return text;
  let written = '';
  let done = 0;
  for (const token of tokenize(text)) {
    if (token.kind !== 'parameter') continue;
    const value = values[Number(text.slice(token.start + 1, token.end)) - 1];
    const literal = value && literalOf(value);
    if (literal === undefined) return undefined;
    written += text.slice(done, token.start) + literal;
    done = token.end;
  }
  return written + text.slice(done);
}

function literalOf(value: BoundValue): string | undefined {
  if (value.bytes === null) return 'NULL';
  const text = value.format === 'text' ? value.bytes.toString('utf8') : binaryText(value.type, value.bytes);
  return text === undefined ? undefined : quoteLiteral(text);
}

/** Oids of types whose binary form is plain (src/include/catalog/pg_type.dat; forms as the types' send functions write them). */
const binaryForms: Readonly<Record<number, (bytes: Buffer) => string>> = {
  16: (bytes) => (bytes[0] === 1 ? 't' : 'f'),
  17: (bytes) => `\\x${bytes.toString('hex')}`,
  20: (bytes) => bytes.readBigInt64BE().toString(),
  21: (bytes) => bytes.readInt16BE().toString(),
  23: (bytes) => bytes.readInt32BE().toString(),
  25: (bytes) => bytes.toString('utf8'),
  26: (bytes) => bytes.readUInt32BE().toString(),
  114: (bytes) => bytes.toString('utf8'),
  700: (bytes) => bytes.readFloatBE().toString(),
  701: (bytes) => bytes.readDoubleBE().toString(),
  1043: (bytes) => bytes.toString('utf8'),
  2950: (bytes) => bytes.toString('hex'),
};

/** A type that the server found out is most often a byte string: drivers send these as they are, and all else as text. */
const bytea = 17;

function binaryText(type: number, bytes: Buffer): string | undefined {
  try {
    return binaryForms[type === 0 ? bytea : type]?.(bytes);
  } catch {
    return undefined;
  }
}
