import { type Document, deserialize, serialize } from 'bson';
import { codeOf, type Frame, frameOf, headerLength, opCode, WireFormatError } from './frames';
import { fieldsOf, type RawField, textOf } from './raw';

/** Bits of an OP_MSG (manual, "Flag Bits"). */
export const flag = { checksumPresent: 1, moreToCome: 2, exhaustAllowed: 1 << 16 } as const;
/** The first 16 bits are required: a reader must refuse those that it does not know. */
const requiredBits = 0xffff;

/** A command or an answer: a document, and arrays of documents that were sent apart from it (sections of kind 1). */
export interface RawCommand {
  readonly body: Buffer;
  readonly sequences: readonly DocumentSequence[];
}

export interface DocumentSequence {
  /** Of the field that it stands for: `documents`, `updates`. */
  readonly name: string;
  /** The documents, one behind the other. */
  readonly bytes: Buffer;
}

export interface Message {
  readonly flags: number;
  readonly command: RawCommand;
}

/** Reads an OP_MSG. The checksum is not looked at: it is the servers' to verify. @throws WireFormatError */
export function messageOf(frame: Frame): Message {
  const { bytes } = frame;
  if (bytes.length < headerLength + 4) throw malformed();
  const flags = bytes.readUInt32LE(headerLength);
  if ((flags & requiredBits & ~(flag.checksumPresent | flag.moreToCome)) !== 0) throw malformed();
  const end = bytes.length - ((flags & flag.checksumPresent) === 0 ? 0 : 4);
  let body: Buffer | undefined;
  const sequences: DocumentSequence[] = [];
  for (let at = headerLength + 4; at < end; ) {
    if (at + 5 > end) throw malformed();
    const kind = bytes[at];
    const length = bytes.readInt32LE(at + 1);
    const section = bytes.subarray(at + 1, at + 1 + length);
    if (length < 5 || at + 1 + length > end) throw malformed();
    if (kind === 0 && body === undefined) body = section;
    else if (kind === 1) sequences.push(sequenceOf(section));
    else throw malformed();
    at += 1 + length;
  }
  if (body === undefined) throw malformed();
  return { flags, command: { body, sequences } };
}

function sequenceOf(section: Buffer): DocumentSequence {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd === -1) throw malformed();
  return { name: section.toString('utf8', 4, nameEnd), bytes: section.subarray(nameEnd + 1) };
}

function malformed(): WireFormatError {
  return new WireFormatError('An OP_MSG is malformed.');
}

/** The documents of a sequence, in order. @throws WireFormatError */
export function documentsOf({ bytes }: Pick<DocumentSequence, 'bytes'>): Buffer[] {
  const documents: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? bytes.readInt32LE(at) : 0;
    if (length < 5 || at + length > bytes.length) throw malformed();
    documents.push(bytes.subarray(at, at + length));
    at += length;
  }
  return documents;
}

/** An OP_MSG. It never has a checksum: a changed message would need another one, and none is always allowed. */
export function messageBytes(
  { body, sequences }: RawCommand,
  { flags, ...ids }: { readonly requestId: number; readonly responseTo: number; readonly flags: number },
): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE((flags & ~flag.checksumPresent) >>> 0, 0);
  const apart = sequences.flatMap(({ name, bytes }) => {
    const head = Buffer.alloc(5);
    const identifier = Buffer.from(`${name}\0`);
    head[0] = 1;
    head.writeInt32LE(4 + identifier.length + bytes.length, 1);
    return [head, identifier, bytes];
  });
  return frameOf(ids, opCode.message, [bits, Buffer.from([0]), body, ...apart]);
}

/** OP_QUERY, in which a driver asks for hello before it knows what the server speaks: flags, collection, skip, limit, document. */
export function queryOf(frame: Frame): { readonly body: Buffer; readonly head: Buffer; readonly tail: Buffer } {
  const { bytes } = frame;
  const nameEnd = bytes.indexOf(0, headerLength + 4);
  const start = nameEnd + 9;
  const length = nameEnd === -1 || start + 4 > bytes.length ? 0 : bytes.readInt32LE(start);
  if (length < 5 || start + length > bytes.length) throw new WireFormatError('An OP_QUERY is malformed.');
  return { body: bytes.subarray(start, start + length), head: bytes.subarray(headerLength, start), tail: bytes.subarray(start + length) };
}

/** OP_REPLY: flags, cursor, start, count (20 bytes), documents. The document of an answer to a command. */
export function replyOf(frame: Frame): { readonly body: Buffer; readonly head: Buffer } {
  const { bytes } = frame;
  const start = headerLength + 20;
  const length = start + 4 > bytes.length ? 0 : bytes.readInt32LE(start);
  if (length < 5 || start + length > bytes.length) throw new WireFormatError('An OP_REPLY is malformed.');
  return { body: bytes.subarray(start, start + length), head: bytes.subarray(headerLength, start) };
}

/** The document of an answer, in whichever form. @throws WireFormatError */
export function answerOf(frame: Frame): Buffer {
  return codeOf(frame) === opCode.reply ? replyOf(frame).body : messageOf(frame).command.body;
}

/** What a command is called: its first field. */
export function nameOf({ body }: RawCommand): string {
  return fieldsOf(body)[0]?.name ?? '';
}

/** A field of a command's body. */
export function bodyField({ body }: RawCommand, name: string): RawField | undefined {
  return fieldsOf(body).find((field) => field.name === name);
}

export function databaseOf(command: RawCommand): string | undefined {
  return textOf(bodyField(command, '$db'));
}

/** Servers take texts that are no UTF-8. */
const anyText = { utf8: false } as const;
/** Numbers stay objects of their types, so that a text that is made of them says NumberLong where the client did. */
const faithfully = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true, validation: anyText } as const;

/** A command as a document, with what was sent apart in its place. @throws as bson does when values are broken */
export function decoded({ body, sequences }: RawCommand): Document {
  const document = deserialize(body, faithfully);
  for (const sequence of sequences) document[sequence.name] = documentsOf(sequence).map((each) => deserialize(each, faithfully));
  return document;
}

/** A command of ours. */
export function encoded(document: Document): RawCommand {
  return { body: Buffer.from(serialize(document, { ignoreUndefined: true })), sequences: [] };
}

/** An answer as people read it: numbers as numbers. */
export function plainly(answer: Buffer): Document {
  return deserialize(answer, { promoteLongs: true, validation: anyText });
}
