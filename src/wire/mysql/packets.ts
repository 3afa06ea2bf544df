import { LengthCutter } from '../length-cutter';

/**
 * Cuts a byte stream of the MySQL client/server protocol into packets, in either direction, whatever the chunks are (manual, "MySQL
 * Packets"): three bytes of length, a sequence number, a body. What is longer than a packet can be is sent in several: all but the last are
 * full.
 */

/** One packet on the wire. The bytes of all packets, in order, are the bytes that came in. */
export interface Packet {
  /** With its header. */
  readonly bytes: Buffer;
  /** False for what goes on with the message of the packet before. */
  readonly first: boolean;
  /** False where the message goes on in the next packet. */
  readonly last: boolean;
}

/** The bytes are not the protocol: nothing after them can be understood. */
export class WireFormatError extends Error {}

export const headerLength = 4;
/** The longest body of one packet; a message of exactly this length is closed by an empty packet. */
export const greatestBody = 0xff_ff_ff;

export class PacketReader {
  private readonly cutter = new LengthCutter(headerLength, (head) => head.readUIntLE(0, 3) + headerLength);
  private goesOn = false;

  /** Takes the next chunk; returns what became complete. */
  push(chunk: Buffer): Packet[] {
    return this.cutter.push(chunk).map((bytes) => {
      const first = !this.goesOn;
      this.goesOn = bytes.length - headerLength >= greatestBody;
      return { bytes, first, last: !this.goesOn };
    });
  }
}

/** What a packet carries. */
export function bodyOf({ bytes }: Packet): Buffer {
  return bytes.subarray(headerLength);
}

export function sequenceOf({ bytes }: Packet): number {
  return bytes[3] ?? 0;
}

/** The packet with another sequence number. */
export function numbered(packet: Buffer, sequence: number): Buffer {
  if (packet[3] === sequence) return packet;
  const copy = Buffer.from(packet);
  copy[3] = sequence;
  return copy;
}

/** A message as packets, numbered from `sequence`. */
export function packetsOf(body: Buffer, sequence = 0): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let offset = 0, number = sequence; ; offset += greatestBody, number++) {
    const part = body.subarray(offset, offset + greatestBody);
    const header = Buffer.alloc(headerLength);
    header.writeUIntLE(part.length, 0, 3);
    header[3] = number & 0xff;
    packets.push(Buffer.concat([header, part]));
    if (part.length < greatestBody) return packets;
  }
}
