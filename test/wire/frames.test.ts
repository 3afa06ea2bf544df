import { describe, expect, it } from 'vitest';
import { FrameReader, type Segment, WireFormatError } from '../../src/wire/postgres/frames';
import { queryFrame } from '../../src/wire/postgres/messages';

/** Mulberry32: the same numbers for the same seed, so that a failure can be run again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function frame(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function startupPacket(code: number, rest = Buffer.alloc(0)): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeInt32BE(8 + rest.length, 0);
  packet.writeInt32BE(code, 4);
  return Buffer.concat([packet, rest]);
}

const sslRequest = startupPacket(80877103);
const gssRequest = startupPacket(80877104);
const startup = startupPacket(196608, Buffer.from('user\0postgres\0\0'));

/** Feeds `bytes` in chunks of random length, also empty ones. */
function readInChunks(reader: FrameReader, bytes: Buffer, random: (below: number) => number): Segment[] {
  const segments: Segment[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = Math.min(bytes.length, offset + random(40));
    // A copy, as a socket gives: no chunk lies beside the one before.
    segments.push(...reader.push(Buffer.from(bytes.subarray(offset, end))));
    offset = end;
  }
  return segments;
}

/** Frames of a stream, with pieces put together again. */
function wholes(segments: readonly Segment[]): { type: string; bytes: Buffer; pieces: number }[] {
  const frames: { type: string; bytes: Buffer; pieces: number }[] = [];
  for (const segment of segments) {
    const last = frames.at(-1);
    if (segment.kind === 'piece' && !segment.first && last) {
      last.bytes = Buffer.concat([last.bytes, segment.bytes]);
      last.pieces += 1;
      expect(segment.type).toBe(last.type);
    } else {
      frames.push({ type: segment.kind === 'startup' ? segment.packet : segment.type, bytes: segment.bytes, pieces: 1 });
    }
  }
  return frames;
}

describe('frames under random chunking', () => {
  it.each(Array.from({ length: 200 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = randomNumbers(seed);
    const sent: { type: string; bytes: Buffer }[] = [
      ...(random(2) ? [{ type: 'ssl request', bytes: sslRequest }] : []),
      ...(random(2) ? [{ type: 'gss encryption request', bytes: gssRequest }] : []),
      { type: 'startup', bytes: startup },
    ];
    for (let count = random(30); count > 0; count--) {
      const type = 'QPBESdXH'.charAt(random(8));
      const body = Buffer.from(Array.from({ length: random(4) === 0 ? random(300) : random(12) }, () => random(256)));
      sent.push({ type, bytes: frame(type, body) });
    }
    const stream = Buffer.concat(sent.map(({ bytes }) => bytes));
    const reader = new FrameReader({ startup: true, whole: (type) => type !== 'd', greatestWhole: 100 });
    const segments = readInChunks(reader, stream, random);

    expect(Buffer.concat(segments.map(({ bytes }) => bytes))).toEqual(stream);
    const received = wholes(segments);
    expect(received.map(({ type, bytes }) => ({ type, bytes }))).toEqual(sent);
    for (const { type, bytes, pieces } of received) {
      if (type !== 'd' && bytes.length <= 100) expect(pieces).toBe(1);
    }
    const firstPieces = segments.filter((segment) => segment.kind === 'piece' && segment.first && segment.type !== 'd');
    for (const piece of firstPieces) expect(piece.bytes.length).toBeGreaterThanOrEqual(100);
  });

  it('gives all frames of one chunk at once, and a frame as soon as its last byte is there', () => {
    const reader = new FrameReader({ startup: false, whole: () => true, greatestWhole: 1000 });
    expect(reader.push(Buffer.concat([queryFrame('a'), queryFrame('b'), queryFrame('c')])).map(({ kind }) => kind)).toEqual([
      'frame',
      'frame',
      'frame',
    ]);
    const bytes = queryFrame('SELECT 1');
    expect(reader.push(bytes.subarray(0, bytes.length - 1))).toEqual([]);
    expect(reader.push(bytes.subarray(bytes.length - 1))).toHaveLength(1);
  });

  it('keeps nothing of a long frame that is not wanted whole', () => {
    const reader = new FrameReader({ startup: false, whole: () => false, greatestWhole: 1000 });
    const header = Buffer.from([0x64, 0x10, 0, 0, 0]);
    expect(reader.push(header)).toMatchObject([{ kind: 'piece', first: true, last: false }]);
    const chunk = Buffer.alloc(65536);
    expect(reader.push(chunk)).toEqual([{ kind: 'piece', type: 'd', bytes: chunk, first: false, last: false }]);
  });

  it('takes time in proportion to the length of a frame in many chunks', () => {
    const reader = new FrameReader({ startup: false, whole: () => true, greatestWhole: 64 << 20 });
    const bytes = queryFrame('x'.repeat(16 << 20));
    const started = performance.now();
    let segments = 0;
    for (let offset = 0; offset < bytes.length; offset += 1000) segments += reader.push(bytes.subarray(offset, offset + 1000)).length;
    expect(segments).toBe(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('bytes that are not the protocol', () => {
  it.each([
    ['a typed frame with a length below 4', false, Buffer.from([0x51, 0, 0, 0, 3])],
    ['a negative length', false, Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff])],
    ['a startup packet that is too short', true, Buffer.from([0, 0, 0, 7, 0, 3, 0, 0])],
    ['TLS without asking', true, Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc])],
    ['HTTP', true, Buffer.from('GET / HTTP/1.1\r\n')],
  ])('%s', (_, startupFirst, bytes) => {
    const reader = new FrameReader({ startup: startupFirst, whole: () => true, greatestWhole: 1000 });
    expect(() => reader.push(bytes)).toThrow(WireFormatError);
  });
});
