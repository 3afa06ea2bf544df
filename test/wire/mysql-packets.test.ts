import { describe, expect, it } from 'vitest';
import { tokenizeAny, withoutDatabase, withValues } from '../../src/engines/mysql/command/parameters';
import { executedValues } from '../../src/wire/mysql/binary-values';
import { handshakeResponse } from '../../src/wire/mysql/handshake';
import { bodyOf, greatestBody, type Packet, PacketReader, packetsOf, sequenceOf, WireFormatError } from '../../src/wire/mysql/packets';
import { type Completion, type Pending, ResponseReader } from '../../src/wire/mysql/responses';

/** All ways to cut the bytes in two, and one byte at a time. */
function cuts(bytes: Buffer): Buffer[][] {
  const halves = Array.from({ length: bytes.length - 1 }, (_, at) => [bytes.subarray(0, at + 1), bytes.subarray(at + 1)]);
  return [[bytes], [...bytes].map((byte) => Buffer.from([byte])), ...halves];
}

function packet(sequence: number, ...body: readonly (number | string)[]): Buffer {
  return Buffer.concat(
    packetsOf(Buffer.concat(body.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part])))), sequence),
  );
}

describe('packets', () => {
  it('are the same however they are split or joined', () => {
    const stream = Buffer.concat([packet(0, 3, 'SELECT 1'), packet(0), packet(7, 'x')]);
    for (const chunks of cuts(stream)) {
      const reader = new PacketReader();
      const read = chunks.flatMap((chunk) => reader.push(chunk));
      expect(read.map((each) => [sequenceOf(each), bodyOf(each).toString(), each.first, each.last])).toEqual([
        [0, '\x03SELECT 1', true, true],
        [0, '', true, true],
        [7, 'x', true, true],
      ]);
    }
  });

  it.each([greatestBody - 1, greatestBody, greatestBody + 5])('of %i bytes are one message', (length) => {
    const body = Buffer.alloc(length, 'a');
    const parts = packetsOf(body, 255);
    expect(parts).toHaveLength(length < greatestBody ? 1 : 2);
    const read = new PacketReader().push(Buffer.concat(parts));
    expect(read.map(({ first, last }) => [first, last])).toEqual(
      length < greatestBody
        ? [[true, true]]
        : [
            [true, false],
            [false, true],
          ],
    );
    expect(read.map(sequenceOf)).toEqual(length < greatestBody ? [255] : [255, 0]);
    expect(Buffer.concat(read.map(bodyOf)).equals(body)).toBe(true);
  });
});

describe('signing in', () => {
  const response = (capabilities: number, length = 60): Packet => {
    const body = Buffer.alloc(length, 0xaa);
    body.writeUInt32LE(capabilities >>> 0, 0);
    const [bytes = Buffer.alloc(0)] = packetsOf(body, 1);
    return { bytes, first: true, last: true };
  };

  it('offers neither compression nor what changes the form of answers', () => {
    const wanted = 0x200 | 0x80 | (1 << 5) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26) | (1 << 27);
    expect(handshakeResponse(response(wanted)).readUInt32LE(4)).toBe(0x280);
  });

  it('refuses who insists on encryption', () => {
    expect(() => handshakeResponse(response(0x200 | 0x800, 32))).toThrow(WireFormatError);
  });
});

/** A reader that is past signing in, with one command sent. */
function answering(more: Partial<Pending> = {}): { reader: ResponseReader; completions: Completion[]; take(bytes: Buffer): string[] } {
  const completions: Completion[] = [];
  const reader = new ResponseReader({ now: () => 0, farewell: () => undefined });
  const greeting = Buffer.concat([Buffer.from('\n9.0\0'), Buffer.alloc(60)]);
  reader.accept({ bytes: packet(0, greeting.toString('latin1')), first: true, last: true });
  reader.accept({ bytes: packet(2, 0, 0, 0, 2, 0, 0, 0), first: true, last: true });
  reader.expect({
    form: 'results',
    sentAt: 0,
    hide: new Set(),
    hold: false,
    own: false,
    clientSequence: 1,
    completed: (completion) => completions.push(completion),
    ...more,
  });
  const packets = new PacketReader();
  return {
    reader,
    completions,
    take: (bytes) =>
      packets
        .push(bytes)
        .map((each) => reader.accept(each))
        .map(({ destination, sequence, completes }) => `${destination} ${sequence}${completes ? ' end' : ''}`),
  };
}

const ok = (sequence: number, status: number): Buffer => packet(sequence, 0, 1, 0, status, 0, 0, 0);
const eof = (sequence: number, status: number): Buffer => packet(sequence, 0xfe, 0, 0, status, 0);

describe('answers', () => {
  it('of several statements are numbered without those that the client must not see', () => {
    const { take, completions } = answering({ hide: new Set([1]) });
    const rows = Buffer.concat([
      packet(3, 1),
      packet(4, '\x03def'),
      eof(5, 2),
      packet(6, 0xfe, 'longer than 9'),
      packet(7, 1, '1'),
      eof(8, 2),
    ]);
    expect(take(Buffer.concat([ok(1, 8), ok(2, 8), rows]))).toEqual([
      ...['client 1', 'nowhere 2', 'client 2', 'client 3', 'client 4', 'client 5', 'client 6', 'client 7 end'],
    ]);
    expect(completions.map(({ results }) => results.map((result) => result.rows))).toEqual([[1, 1, 2]]);
  });

  it('end with an error, and the rest is not waited for', () => {
    const { take, completions, reader } = answering();
    expect(take(Buffer.concat([ok(1, 9), packet(2, 0xff, 0xb5, 0x04, '#HY000Lock wait')]))).toEqual(['client 1', 'client 2 end']);
    expect(completions[0]).toMatchObject({ error: { code: '1205', sqlState: 'HY000', message: 'Lock wait' }, status: 'T' });
    expect(reader.idle).toBe(true);
  });

  it('that are held pass on the question for a file, or it never comes', () => {
    const { take, reader } = answering({ hold: true });
    expect(take(packet(1, 0xfb, 'rows.csv'))).toEqual(['client 1']);
    expect(reader.takesFile).toBe(true);
    reader.clientSent(2);
    reader.clientSent(3);
    expect(take(ok(4, 2))).toEqual(['withheld 4 end']);
  });

  it('to a prepared statement have as many definitions as it says', () => {
    const prepared: number[] = [];
    const { take } = answering({ form: 'prepared', prepared: (statement, parameters) => prepared.push(statement, parameters) });
    const head = packet(1, 0, 9, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0);
    const definitions = [packet(2, 'a'), packet(3, 'b'), eof(4, 2), packet(5, 'c'), eof(6, 2)];
    expect(take(Buffer.concat([head, ...definitions])).at(-1)).toBe('client 6 end');
    expect(prepared).toEqual([9, 2]);
  });
});

describe('values of a prepared statement', () => {
  const head = [0x17, 1, 0, 0, 0, 0, 1, 0, 0, 0];
  /** NULLs as bits, "types follow", LONG, VAR_STRING and NULL. */
  const body = Buffer.from([...head, 0b100, 1, 3, 0, 253, 0, 6, 0, 5, 0, 0, 0, 2, 0x27, 0x78]);

  it('are written into its text', () => {
    const executed = executedValues(body, 3, [], new Set());
    expect(withValues("SELECT ?, ?, ? -- ?\n, '?'", executed?.values)).toBe("SELECT 5, '''x', NULL -- ?\n, '?'");
  });

  it('are not made up when they are cut off', () => {
    expect(executedValues(body.subarray(0, body.length - 1), 3, [], new Set())).toBeUndefined();
  });
});

it('names are read without the database of one run', () => {
  expect(withoutDatabase("INSERT INTO `db_3`.`a` SELECT db_3.b.c, x.db_3, 'db_3.a' FROM db_3 . b", 'db_3')).toBe(
    "INSERT INTO `a` SELECT b.c, x.db_3, 'db_3.a' FROM  b",
  );
  expect(tokenizeAny('SELECT 1').map(({ word }) => word)).toContain('select');
});
