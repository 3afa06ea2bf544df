import { LengthCutter } from '../length-cutter';

/**
 * Cuts a byte stream of MongoDB's wire protocol into messages, in either direction, whatever the chunks are (manual, "MongoDB Wire
 * Protocol"): four integers of 32 bits (length with the header, number of the message, number of the one that it answers, kind), then a body.
 */

/** One message on the wire. The bytes of all messages, in order, are the bytes that came in. */
export interface Frame {
  /** With its header. */
  readonly bytes: Buffer;
}

/** The bytes are not the protocol: nothing after them can be understood. */
export class WireFormatError extends Error {}

export const headerLength = 16;
/** Longer than what servers take (maxMessageSizeBytes is 48,000,000): a length beyond it is none. */
const greatestLength = 64 << 20;

/** Kinds of messages that are still spoken. */
export const opCode = { reply: 1, query: 2004, compressed: 2012, message: 2013 } as const;
const knownCodes: ReadonlySet<number> = new Set(Object.values(opCode));

export class FrameReader {
  private readonly cutter = new LengthCutter(headerLength, lengthOf);

  /** Takes the next chunk; returns what became complete. @throws WireFormatError when the bytes are not the protocol */
  push(chunk: Buffer): Frame[] {
    return this.cutter.push(chunk).map((bytes) => ({ bytes }));
  }
}

function lengthOf(head: Buffer): number {
  const length = head.readInt32LE(0);
  const code = head.readInt32LE(12);
  if (length < headerLength || length > greatestLength || !knownCodes.has(code)) {
    throw new WireFormatError(`These bytes are no message of MongoDB's protocol (length ${length}, kind ${code}).`);
  }
  return length;
}

export function requestIdOf({ bytes }: Frame): number {
  return bytes.readInt32LE(4);
}

export function responseToOf({ bytes }: Frame): number {
  return bytes.readInt32LE(8);
}

export function codeOf({ bytes }: Frame): number {
  return bytes.readInt32LE(12);
}

/** A message of these parts. */
export function frameOf(ids: { readonly requestId: number; readonly responseTo: number }, code: number, body: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeInt32LE(
    body.reduce((sum, part) => sum + part.length, headerLength),
    0,
  );
  header.writeInt32LE(ids.requestId, 4);
  header.writeInt32LE(ids.responseTo, 8);
  header.writeInt32LE(code, 12);
  return Buffer.concat([header, ...body]);
}
