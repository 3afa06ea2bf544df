import { Decimal128, type Document, deserialize, Int32, Long, ObjectId, serialize, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { DatabaseMap } from '../../src/wire/mongodb/databases';
import { FrameReader, frameOf, opCode, WireFormatError } from '../../src/wire/mongodb/frames';
import {
  decoded,
  documentsOf,
  flag,
  messageBytes,
  messageOf,
  nameOf,
  plainly,
  queryOf,
  type RawCommand,
  replyOf,
} from '../../src/wire/mongodb/messages';
import { changed, documentOf, fieldsOf } from '../../src/wire/mongodb/raw';
import { answerToClient, commandToServer, helloToClient, helloToServer } from '../../src/wire/mongodb/rewrite';

const bson = (document: Document): Buffer => Buffer.from(serialize(document));
const ids = { requestId: 7, responseTo: 3 };

/** Written by hand, so that reader and writer are not each other's proof. */
function handMade(flags: number, sections: readonly Buffer[], checksum?: Buffer): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE(flags);
  const body = Buffer.concat([bits, ...sections, ...(checksum ? [checksum] : [])]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + body.length, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(3, 8);
  header.writeInt32LE(2013, 12);
  return Buffer.concat([header, body]);
}

function bodySection(document: Document): Buffer {
  return Buffer.concat([Buffer.from([0]), bson(document)]);
}

function sequenceSection(name: string, documents: readonly Document[]): Buffer {
  const payload = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(bson)]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(payload.length + 4);
  return Buffer.concat([Buffer.from([1]), length, payload]);
}

const insert = handMade(0, [
  sequenceSection('documents', [{ a: 1 }, { a: 2 }]),
  bodySection({ insert: 'users', ordered: true, $db: 'shop' }),
]);

describe('messages of MongoDB', () => {
  it('are cut out of chunks of any size, and the bytes are those that came', () => {
    const hello = handMade(flag.exhaustAllowed, [bodySection({ hello: 1, $db: 'admin' })]);
    const stream = Buffer.concat([insert, hello, insert]);
    for (const size of [1, 2, 3, 15, 16, 17, 50, stream.length]) {
      const reader = new FrameReader();
      const frames = [];
      for (let at = 0; at < stream.length; at += size) frames.push(...reader.push(stream.subarray(at, at + size)));
      expect(frames).toHaveLength(3);
      expect(Buffer.concat(frames.map(({ bytes }) => bytes)).equals(stream)).toBe(true);
    }
  });

  it('have a body and documents apart, in any order', () => {
    const { flags, command } = messageOf({ bytes: insert });
    expect(flags).toBe(0);
    expect(nameOf(command)).toBe('insert');
    expect(command.sequences.flatMap(documentsOf).map((each) => deserialize(each))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(decoded(command)).toEqual({
      insert: 'users',
      ordered: true,
      $db: 'shop',
      documents: [{ a: new Int32(1) }, { a: new Int32(2) }],
    });
  });

  it('lose their checksum when they are written anew, and only then', () => {
    const summed = handMade(flag.checksumPresent, [bodySection({ ping: 1 })], Buffer.from([1, 2, 3, 4]));
    const { flags, command } = messageOf({ bytes: summed });
    expect(flags).toBe(flag.checksumPresent);
    const written = messageBytes(command, { ...ids, flags: flags | flag.moreToCome });
    expect(written.equals(handMade(flag.moreToCome, [bodySection({ ping: 1 })]))).toBe(true);
  });

  it('are written as they are read', () => {
    const { flags, command } = messageOf({ bytes: insert });
    const again = messageOf({ bytes: messageBytes(command, { ...ids, flags }) });
    expect(decoded(again.command)).toEqual(decoded(command));
  });

  it('may hold texts that are no UTF-8', () => {
    const body = bson({ insert: 'a', text: 'xx' });
    body.set([0xff, 0xfe], body.indexOf('xx'));
    expect(decoded({ body, sequences: [] }).insert).toBe('a');
    expect(plainly(body).insert).toBe('a');
  });

  it('may be the queries and replies of a first hello', () => {
    const words = Buffer.alloc(8);
    const name = Buffer.from('admin.$cmd\0');
    const query = frameOf(ids, opCode.query, [Buffer.alloc(4), name, words, bson({ isMaster: 1, helloOk: true })]);
    expect(deserialize(queryOf({ bytes: query }).body)).toEqual({ isMaster: 1, helloOk: true });
    const reply = frameOf(ids, opCode.reply, [Buffer.alloc(20), bson({ ok: 1 })]);
    expect(deserialize(replyOf({ bytes: reply }).body)).toEqual({ ok: 1 });
  });

  it.each([
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['the beginning of TLS', Buffer.from('16030100c8010000c403030000000000000000', 'hex')],
    ['a kind that nobody speaks any more', frameOf(ids, 2002, [Buffer.alloc(8)])],
  ])('are not %s', (_, bytes) => {
    expect(() => new FrameReader().push(bytes)).toThrow(WireFormatError);
  });

  it.each([
    ['no body', handMade(0, [sequenceSection('documents', [{ a: 1 }])])],
    ['a section of an unknown kind', handMade(0, [Buffer.concat([Buffer.from([9]), bson({ a: 1 })])])],
    ['a document that is longer than the message', handMade(0, [Buffer.concat([Buffer.from([0]), Buffer.from([99, 0, 0, 0, 0])])])],
    ['required flags that are not known', handMade(4, [bodySection({ ping: 1 })])],
  ])('are refused with %s', (_, bytes) => {
    expect(() => messageOf({ bytes })).toThrow(WireFormatError);
  });
});

describe('documents as bytes', () => {
  const document = {
    double: 1.5,
    text: 'ä\0b',
    nested: { list: [1, 'x', { y: null }] },
    binary: Buffer.from([1, 2]),
    id: new ObjectId(),
    truth: true,
    date: new Date(5),
    nothing: null,
    pattern: /a.b/i,
    whole: new Int32(5),
    long: Long.fromNumber(2 ** 40),
    stamp: new Timestamp({ t: 1, i: 2 }),
    decimal: Decimal128.fromString('1.5'),
  };

  it('are the same after they were taken apart and put together', () => {
    const bytes = bson(document);
    const fields = fieldsOf(bytes);
    expect(fields.map(({ name }) => name)).toEqual(Object.keys(document));
    expect(documentOf(fields).equals(bytes)).toBe(true);
    expect(changed(bytes, (field) => field)).toBe(bytes);
  });

  it('keep the order of fields that look like numbers', () => {
    const field = (name: string) => ({ name, type: 10, bytes: Buffer.alloc(0) });
    const bytes = documentOf([field('b'), field('2'), field('1')]);
    const after = changed(bytes, (each) => (each.name === 'b' ? { ...each, name: 'c' } : each));
    expect(fieldsOf(after).map(({ name }) => name)).toEqual(['c', '2', '1']);
  });

  it('are refused when they are cut off anywhere', () => {
    const bytes = bson(document);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => fieldsOf(bytes.subarray(0, length))).toThrow(WireFormatError);
      const claimed = Buffer.from(bytes.subarray(0, Math.max(length, 5)));
      claimed.writeInt32LE(claimed.length, 0);
      claimed[claimed.length - 1] = 0;
      try {
        fieldsOf(claimed);
      } catch (error) {
        expect(error).toBeInstanceOf(WireFormatError);
      }
    }
  });
});

describe('names of databases', () => {
  const command = (document: Document, sequences: RawCommand['sequences'] = []): RawCommand => ({ body: bson(document), sequences });

  it('are the own one for the first that is used, and others beside it', () => {
    const map = new DatabaseMap('faultline_3');
    expect(map.toServer('admin')).toBe('admin');
    expect(map.toServer('shop')).toBe('faultline_3');
    expect(map.toServer('audit')).toBe('faultline_3-audit');
    expect(map.toServer('faultline_3')).toBe('faultline_3');
    expect(map.toServer('faultline_3-audit')).toBe('faultline_3-audit');
    expect(map.toClient('faultline_3')).toBe('shop');
    expect(map.toClient('faultline_3-audit')).toBe('audit');
    expect(map.toClient('faultline_31')).toBeUndefined();
    expect(map.foreign('shop')).toBeUndefined();
    expect(map.foreign('audit')).toBe('audit');
    expect(map.namespaceToClient('faultline_3.a.b')).toBe('shop.a.b');
    expect(map.textToClient('dup key in faultline_3.users, not faultline_30.users, but faultline_3-audit.users')).toBe(
      'dup key in shop.users, not faultline_30.users, but audit.users',
    );
    expect(Buffer.byteLength(map.toServer('x'.repeat(63)))).toBeLessThanOrEqual(63);
  });

  it('stay when the client uses the own one from the beginning', () => {
    const map = new DatabaseMap('faultline_3');
    expect(map.toServer('faultline_3')).toBe('faultline_3');
    expect(map.toServer('shop')).toBe('faultline_3-shop');
    expect(map.toClient('faultline_3')).toBe('faultline_3');
  });

  it('are written into commands wherever these name them', () => {
    const map = new DatabaseMap('f_1');
    const sent = (document: Document) => deserialize(commandToServer(command(document), map).body);
    expect(sent({ insert: 'a', $db: 'shop' })).toEqual({ insert: 'a', $db: 'f_1' });
    expect(sent({ renameCollection: 'shop.a.b', to: 'old.c', $db: 'admin' })).toEqual({
      renameCollection: 'f_1.a.b',
      to: 'f_1-old.c',
      $db: 'admin',
    });
    expect(
      sent({ aggregate: 'a', pipeline: [{ $match: { db: 'shop' } }, { $out: { db: 'shop', coll: 'b' } }], cursor: {}, $db: 'shop' }),
    ).toEqual({ aggregate: 'a', pipeline: [{ $match: { db: 'shop' } }, { $out: { db: 'f_1', coll: 'b' } }], cursor: {}, $db: 'f_1' });
    expect(sent({ aggregate: 'a', pipeline: [{ $merge: { into: { db: 'old', coll: 'b' } } }], $db: 'shop' })).toEqual({
      aggregate: 'a',
      pipeline: [{ $merge: { into: { db: 'f_1-old', coll: 'b' } } }],
      $db: 'f_1',
    });
    const bulk = commandToServer(
      command({ bulkWrite: 1, $db: 'admin' }, [
        { name: 'nsInfo', bytes: bson({ ns: 'shop.a' }) },
        { name: 'ops', bytes: bson({ insert: 0 }) },
      ]),
      map,
    );
    expect(bulk.sequences.map((each) => deserialize(each.bytes))).toEqual([{ ns: 'f_1.a' }, { insert: 0 }]);
    const untouched = command({ ping: 1, $db: 'admin' });
    expect(commandToServer(untouched, map).body).toBe(untouched.body);
  });

  it('are those of the client in answers', () => {
    const map = new DatabaseMap('f_1');
    map.toServer('shop');
    map.toServer('old');
    const shown = (document: Document) => deserialize(answerToClient(bson(document), map));
    expect(shown({ cursor: { id: 5, ns: 'f_1.a', firstBatch: [{ ns: 'f_1.a' }] }, ok: 1 })).toEqual({
      cursor: { id: 5, ns: 'shop.a', firstBatch: [{ ns: 'f_1.a' }] },
      ok: 1,
    });
    expect(shown({ databases: [{ name: 'admin' }, { name: 'f_1' }, { name: 'f_1-old' }, { name: 'f_2' }] })).toEqual({
      databases: [{ name: 'admin' }, { name: 'shop' }, { name: 'old' }],
    });
    expect(shown({ ok: 1, writeErrors: [{ index: 0, errmsg: 'E11000 collection: f_1.a' }] })).toEqual({
      ok: 1,
      writeErrors: [{ index: 0, errmsg: 'E11000 collection: shop.a' }],
    });
    const plain = bson({ ok: 1, n: 3 });
    expect(answerToClient(plain, map)).toBe(plain);
  });
});

describe('hello', () => {
  it('offers the server no compression', () => {
    expect(deserialize(helloToServer(bson({ hello: 1, compression: ['zstd'], client: { a: 1 } })))).toEqual({ hello: 1, client: { a: 1 } });
  });

  it('tells the client of the proxy and of nobody else', () => {
    const answer = {
      hosts: ['10.0.0.2:27017', 'b:2'],
      passives: ['c:3'],
      me: '10.0.0.2:27017',
      primary: '10.0.0.2:27017',
      setName: 'rs0',
      ok: 1,
    };
    expect(deserialize(helloToClient(bson(answer), '127.0.0.1:5'))).toEqual({
      hosts: ['127.0.0.1:5'],
      me: '127.0.0.1:5',
      primary: '127.0.0.1:5',
      setName: 'rs0',
      ok: 1,
    });
  });
});
