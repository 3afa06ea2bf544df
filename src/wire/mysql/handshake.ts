import { bodyOf, type Packet, WireFormatError } from './packets';

/**
 * What the proxy would not understand, or does not need: neither side is told that the other one could do it (manual, "Capabilities Flags").
 * Encryption and compression hide the packets; the others only change the form of what is sent.
 */
const masked = {
  compress: 1 << 5,
  ssl: 1 << 11,
  sessionTrack: 1 << 23,
  deprecateEof: 1 << 24,
  optionalResultSetMetadata: 1 << 25,
  zstdCompression: 1 << 26,
  queryAttributes: 1 << 27,
  multiFactor: 1 << 28,
};
const maskedBits = Object.values(masked).reduce((all, bit) => all | bit, 0);
const protocol41 = 1 << 9;

/** What a server says of itself before anything else. */
export interface Greeting {
  readonly connectionId: number;
  readonly serverVersion: string;
  /** As it is passed on. */
  readonly bytes: Buffer;
}

/** Protocol::HandshakeV10, with the capabilities masked; undefined for an error that comes in its place. @throws WireFormatError */
export function greetingOf(packet: Packet): Greeting | undefined {
  const body = bodyOf(packet);
  if (body[0] === 0xff) return undefined;
  if (body[0] !== 10) throw new WireFormatError(`The server speaks version ${body[0]} of the protocol, which is not known.`);
  const bytes = Buffer.from(packet.bytes);
  const versionEnd = bytes.indexOf(0, 5);
  // The version, the connection, 8 bytes of the challenge, a filler; then the lower half of the capabilities.
  const lower = versionEnd + 1 + 4 + 8 + 1;
  const upper = lower + 2 + 1 + 2;
  if (versionEnd === -1 || upper + 2 > bytes.length) throw new WireFormatError('The greeting of the server ends too early.');
  bytes.writeUInt16LE(bytes.readUInt16LE(lower) & ~maskedBits & 0xffff, lower);
  bytes.writeUInt16LE(bytes.readUInt16LE(upper) & ~(maskedBits >>> 16) & 0xffff, upper);
  // MariaDB has capabilities of its own in the last four of ten reserved bytes.
  bytes.fill(0, Math.min(bytes.length, upper + 2 + 1 + 6), Math.min(bytes.length, upper + 2 + 1 + 10));
  return { connectionId: bytes.readUInt32LE(versionEnd + 1), serverVersion: bytes.toString('latin1', 5, versionEnd), bytes };
}

/** Protocol::HandshakeResponse41, with the capabilities masked. @throws WireFormatError where the client insists on what is not offered */
export function handshakeResponse({ bytes }: Packet): Buffer {
  if (bytes.length < 4 + 32) throw new WireFormatError('The client signs in with a packet that is too short.');
  const capabilities = bytes.readUInt32LE(4);
  if ((capabilities & protocol41) === 0) throw new WireFormatError('The client speaks the protocol of before MySQL 4.1.');
  if ((capabilities & masked.ssl) !== 0)
    throw new WireFormatError('The client insists on encryption, which a sandbox does not have: switch SSL off.');
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE((capabilities & ~maskedBits) >>> 0, 4);
  // Capabilities (4), greatest packet (4), character set (1), then 23 reserved bytes, of which MariaDB uses the last four.
  copy.fill(0, 4 + 9 + 19, 4 + 32);
  return copy;
}
