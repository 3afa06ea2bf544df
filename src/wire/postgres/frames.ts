/**
 * Cuts a byte stream of the PostgreSQL v3 protocol into frames, in either direction, whatever the chunks are (manual, "Message
 * Formats"). A typed frame is one type byte, a length (which counts itself and not the type), and a body. A connection begins with
 * packets that have no type byte: SSLRequest, GSSENCRequest, CancelRequest or StartupMessage.
 */

/** What a reader hands on. The bytes of all segments, in order, are the bytes that came in. */
export type Segment =
  | { readonly kind: 'startup'; readonly packet: StartupPacket; readonly bytes: Buffer }
  /** A whole frame, header included. */
  | { readonly kind: 'frame'; readonly type: string; readonly bytes: Buffer }
  /** Part of a frame that is not kept whole; the first piece begins with the header. */
  | { readonly kind: 'piece'; readonly type: string; readonly bytes: Buffer; readonly first: boolean; readonly last: boolean };

export type StartupPacket = 'ssl request' | 'gss encryption request' | 'cancel request' | 'startup';

export interface FrameReaderOptions {
  /** True for what a client sends; the server's side has typed frames from the start. */
  readonly startup: boolean;
  /** Is a frame of this type wanted whole? Others are passed on in pieces as they come. */
  readonly whole: (type: string) => boolean;
  /** A frame that is wanted whole and longer than this many bytes comes in pieces all the same, the first of them at least this long. */
  readonly greatestWhole: number;
}

/** The bytes are not the protocol: nothing after them can be understood. */
export class WireFormatError extends Error {}

const headerLength = 5;
const startupCodes: Readonly<Record<number, StartupPacket>> = {
  80877102: 'cancel request',
  80877103: 'ssl request',
  80877104: 'gss encryption request',
};
/** MAX_STARTUP_PACKET_LENGTH of the server (libpq/pqcomm.h). */
const greatestStartupLength = 10_000;

export class FrameReader {
  private readonly options: FrameReaderOptions;
  private inStartup: boolean;
  /** Bytes of the header or frame that is not complete yet; joined only once, so that a frame in many chunks costs linear time. */
  private kept: Buffer[] = [];
  private keptLength = 0;
  /** Known as soon as the header is: how long the frame is, and how much of it is kept before it is handed on. */
  private frame: { readonly type: string; readonly total: number; readonly wanted: number } | undefined;
  /** The frame of which pieces are being handed on. */
  private open: { readonly type: string; remaining: number } | undefined;

  constructor(options: FrameReaderOptions) {
    this.options = options;
    this.inStartup = options.startup;
  }

  /** Takes the next chunk; returns what became complete. @throws WireFormatError */
  push(chunk: Buffer): Segment[] {
    const segments: Segment[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      if (this.open) offset = this.continuePieces(chunk, offset, segments);
      else if (this.frame) offset = this.readBody(this.frame, chunk, offset, segments);
      else offset = this.readHeader(chunk, offset, segments);
    }
    return segments;
  }

  private readHeader(chunk: Buffer, offset: number, segments: Segment[]): number {
    const length = this.inStartup ? 8 : headerLength;
    const end = this.keep(chunk, offset, length);
    if (this.keptLength < length) return end;
    const head = this.joined();
    const total = this.inStartup ? startupLength(head) : typedLength(head);
    const type = this.inStartup ? '' : String.fromCharCode(head[0] ?? 0);
    const whole = this.inStartup || this.options.whole(type);
    this.frame = { type, total, wanted: whole ? Math.min(total, Math.max(length, this.options.greatestWhole)) : length };
    return this.frame.wanted === length ? this.complete(this.frame, chunk, end, segments) : end;
  }

  private readBody(frame: NonNullable<FrameReader['frame']>, chunk: Buffer, offset: number, segments: Segment[]): number {
    const end = this.keep(chunk, offset, frame.wanted);
    return this.keptLength < frame.wanted ? end : this.complete(frame, chunk, end, segments);
  }

  /** Hands on what is kept: the frame, or its first piece. */
  private complete(frame: NonNullable<FrameReader['frame']>, chunk: Buffer, offset: number, segments: Segment[]): number {
    const bytes = this.joined();
    this.kept = [];
    this.keptLength = 0;
    this.frame = undefined;
    if (bytes.length === frame.total) {
      segments.push(this.inStartup ? this.startupSegment(bytes) : { kind: 'frame', type: frame.type, bytes });
      return offset;
    }
    // What the chunk holds of the rest goes into the same piece, so that a short frame is one piece and one write.
    const end = Math.min(chunk.length, offset + frame.total - bytes.length);
    const remaining = frame.total - bytes.length - (end - offset);
    segments.push({ kind: 'piece', type: frame.type, bytes: adjoin(bytes, chunk, offset, end), first: true, last: remaining === 0 });
    if (remaining > 0) this.open = { type: frame.type, remaining };
    return end;
  }

  private continuePieces(chunk: Buffer, offset: number, segments: Segment[]): number {
    const open = this.open;
    if (!open) return offset;
    const end = Math.min(chunk.length, offset + open.remaining);
    open.remaining -= end - offset;
    segments.push({ kind: 'piece', type: open.type, bytes: chunk.subarray(offset, end), first: false, last: open.remaining === 0 });
    if (open.remaining === 0) this.open = undefined;
    return end;
  }

  private startupSegment(bytes: Buffer): Segment {
    const packet = startupCodes[bytes.readUInt32BE(4)] ?? 'startup';
    // After a declined SSL or GSS request the client goes on with a startup packet on the same connection.
    if (packet === 'startup') this.inStartup = false;
    return { kind: 'startup', packet, bytes };
  }

  /** Keeps bytes of the chunk until `wanted` are kept; returns the new offset. */
  private keep(chunk: Buffer, offset: number, wanted: number): number {
    const end = Math.min(chunk.length, offset + wanted - this.keptLength);
    if (end <= offset) return offset;
    this.kept.push(chunk.subarray(offset, end));
    this.keptLength += end - offset;
    return end;
  }

  private joined(): Buffer {
    const [first] = this.kept;
    if (first && this.kept.length === 1) return first;
    const all = Buffer.concat(this.kept, this.keptLength);
    this.kept = [all];
    return all;
  }
}

/** `bytes` followed by a part of the chunk; without copying when both already lie side by side, as they nearly always do. */
function adjoin(bytes: Buffer, chunk: Buffer, offset: number, end: number): Buffer {
  if (end === offset) return bytes;
  const start = offset - bytes.length;
  const adjacent = bytes.buffer === chunk.buffer && bytes.byteOffset === chunk.byteOffset + start;
  return adjacent ? chunk.subarray(start, end) : Buffer.concat([bytes, chunk.subarray(offset, end)]);
}

/** What a segment holds of its frame's body. */
export function bodyOf(segment: Exclude<Segment, { readonly kind: 'startup' }>): Buffer {
  return segment.kind === 'frame' || segment.first ? segment.bytes.subarray(headerLength) : segment.bytes;
}

function typedLength(head: Buffer): number {
  const length = head.readInt32BE(1);
  if (length < 4)
    throw new WireFormatError(`A frame of type ${JSON.stringify(String.fromCharCode(head[0] ?? 0))} claims a length of ${length} bytes.`);
  return length + 1;
}

function startupLength(head: Buffer): number {
  const length = head.readInt32BE(0);
  if (length < 8 || length > greatestStartupLength) throw new WireFormatError(`A startup packet claims a length of ${length} bytes.`);
  return length;
}
