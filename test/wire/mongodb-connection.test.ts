import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Document, serialize } from 'bson';
import { afterEach, describe, expect, it } from 'vitest';
import { MongodbConnection, SharedView } from '../../src/wire/mongodb/connection';
import { type Frame, FrameReader, requestIdOf, responseToOf } from '../../src/wire/mongodb/frames';
import type { RequestOrder, WireHandlers, WireRequest } from '../../src/wire/mongodb/handlers';
import { answerOf, encoded, flag, messageBytes, messageOf, nameOf, plainly } from '../../src/wire/mongodb/messages';
import { startProxy, type WireProxy } from '../../src/wire/proxy';

/** One side of a conversation: what has come, as frames, and a way to say something. */
interface Speaker {
  readonly socket: Socket;
  readonly frames: Frame[];
  say(document: Document, ids: { requestId: number; responseTo?: number; flags?: number }): void;
}

function speaker(socket: Socket): Speaker {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  socket.on('data', (chunk) => frames.push(...reader.push(chunk)));
  socket.on('error', () => undefined);
  return {
    socket,
    frames,
    say: (document, { requestId, responseTo = 0, flags = 0 }) =>
      void socket.write(messageBytes(encoded(document), { requestId, responseTo, flags })),
  };
}

describe('a connection of MongoDB', () => {
  const servers: Server[] = [];
  const proxies: WireProxy[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    for (const server of servers.splice(0)) server.close();
  });

  async function conversation(handlers: WireHandlers = {}, database = '') {
    const accepted: Speaker[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      accepted.push(speaker(socket));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const connections: MongodbConnection[] = [];
    const shared = new SharedView(database);
    const proxy = await startProxy((socket, number) => {
      const connection = new MongodbConnection(socket, { host: '127.0.0.1', port }, handlers, number, shared);
      connections.push(connection);
      return connection;
    });
    proxies.push(proxy);
    async function come(): Promise<{ client: Speaker; server: Speaker; connection: MongodbConnection }> {
      const socket = connect({ host: '127.0.0.1', port: proxy.port });
      sockets.push(socket);
      await once(socket, 'connect');
      await expect.poll(() => accepted.length).toBe(connections.length);
      const [behind, connection] = [accepted.at(-1), connections.at(-1)];
      if (!behind || !connection) throw new Error('Nobody came.');
      return { client: speaker(socket), server: behind, connection };
    }
    return { come, proxy, shared };
  }

  const count = (frames: readonly Frame[], wanted: number) => expect.poll(() => frames.length).toBe(wanted);

  it('passes one answer after the other to a monitor that asks once, each with the proxy as the member', async () => {
    const { come, proxy } = await conversation();
    const { client, server, connection } = await come();
    client.say(
      { hello: 1, topologyVersion: 1, maxAwaitTimeMS: 10, compression: ['zlib'], $db: 'admin' },
      { requestId: 5, flags: flag.exhaustAllowed },
    );
    await count(server.frames, 1);
    const [asked] = server.frames;
    if (asked === undefined) throw new Error('Nothing came.');
    expect(messageOf(asked).flags).toBe(flag.exhaustAllowed);
    expect(plainly(answerOf(asked)).compression).toBeUndefined();
    const answer = { hosts: ['10.0.0.9:27017'], me: '10.0.0.9:27017', setName: 'rs0', connectionId: 41, ok: 1 };
    server.say(answer, { requestId: 100, responseTo: 5, flags: flag.moreToCome });
    server.say(answer, { requestId: 101, responseTo: 100, flags: flag.moreToCome });
    server.say(answer, { requestId: 102, responseTo: 101 });
    await count(client.frames, 3);
    expect(client.frames.map((frame) => [requestIdOf(frame), responseToOf(frame), plainly(answerOf(frame)).me])).toEqual([
      [100, 5, `127.0.0.1:${proxy.port}`],
      [101, 100, `127.0.0.1:${proxy.port}`],
      [102, 101, `127.0.0.1:${proxy.port}`],
    ]);
    expect(connection.serverProcessId).toBe(41);
    await connection.whenIdle();
  });

  it('is at rest while a monitor streams, and not while an answer is due', async () => {
    const { come } = await conversation();
    const { client, server, connection } = await come();
    client.say({ hello: 1, $db: 'admin' }, { requestId: 1, flags: flag.exhaustAllowed });
    await count(server.frames, 1);
    server.say({ ok: 1 }, { requestId: 9, responseTo: 1, flags: flag.moreToCome });
    await count(client.frames, 1);
    await connection.whenIdle();
    client.say({ find: 'a', $db: 'x' }, { requestId: 2 });
    await count(server.frames, 2);
    expect(await Promise.race([connection.whenIdle().then(() => 'idle'), new Promise((resolve) => setTimeout(resolve, 50, 'busy'))])).toBe(
      'busy',
    );
    server.say({ ok: 1 }, { requestId: 10, responseTo: 2 });
    await connection.whenIdle();
  });

  it('keeps numbers of its own questions apart from those of the client', async () => {
    let asking: Promise<Document> | undefined;
    const { come } = await conversation({
      request(request: WireRequest): Promise<RequestOrder> {
        asking = request.connection.ask('{"count":"a","$db":"x"}');
        return asking.then(() => ({}));
      },
    });
    const { client, server } = await come();
    client.say({ insert: 'a', documents: [{}], $db: 'x' }, { requestId: 2_000_000_001 });
    await count(server.frames, 1);
    const own = server.frames[0];
    if (own === undefined) throw new Error('Nothing came.');
    expect(nameOf(messageOf(own).command)).toBe('count');
    server.say({ ok: 1, n: 3 }, { requestId: 1, responseTo: requestIdOf(own) });
    expect(await asking).toEqual({ ok: 1, n: 3 });
    await count(server.frames, 2);
    server.say({ ok: 1, n: 1 }, { requestId: 2, responseTo: 2_000_000_001 });
    await count(client.frames, 1);
    expect(client.frames.map(responseToOf)).toEqual([2_000_000_001]);
  });

  it('sends a message as it came where nothing of it changes, checksum and all', async () => {
    const { come } = await conversation();
    const { client, server } = await come();
    const plain = messageBytes(encoded({ ping: 1, $db: 'x' }), { requestId: 1, responseTo: 0, flags: 0 });
    const summed = Buffer.concat([plain, Buffer.from([1, 2, 3, 4])]);
    summed.writeInt32LE(summed.length, 0);
    summed.writeUInt32LE(flag.checksumPresent, 16);
    client.socket.write(summed);
    await count(server.frames, 1);
    expect(server.frames[0]?.bytes.equals(summed)).toBe(true);
  });

  it('leaves the checksum of a message that it changes away', async () => {
    const { come } = await conversation({}, 'faultline_1');
    const { client, server } = await come();
    const plain = messageBytes(encoded({ ping: 1, $db: 'shop' }), { requestId: 1, responseTo: 0, flags: 0 });
    const summed = Buffer.concat([plain, Buffer.from([1, 2, 3, 4])]);
    summed.writeInt32LE(summed.length, 0);
    summed.writeUInt32LE(flag.checksumPresent, 16);
    client.socket.write(summed);
    await count(server.frames, 1);
    const expected = messageBytes(encoded({ ping: 1, $db: 'faultline_1' }), { requestId: 1, responseTo: 0, flags: 0 });
    expect(server.frames[0]?.bytes.equals(expected)).toBe(true);
  });

  it('passes many commands that come at once, in their order, and holds those behind a held one', async () => {
    let letGo: (order: RequestOrder) => void = () => undefined;
    const { come } = await conversation({
      request: ({ name }) => (name === 'held' ? new Promise<RequestOrder>((resolve) => (letGo = resolve)) : undefined),
    });
    const { client, server } = await come();
    for (const [position, name] of ['a', 'held', 'b', 'c'].entries()) client.say({ [name]: 1, $db: 'x' }, { requestId: position + 1 });
    await count(server.frames, 1);
    letGo({ command: encoded({ instead: 1, $db: 'x' }) });
    await count(server.frames, 4);
    expect(server.frames.map((frame) => [requestIdOf(frame), nameOf(messageOf(frame).command)])).toEqual([
      [1, 'a'],
      [2, 'instead'],
      [3, 'b'],
      [4, 'c'],
    ]);
  });

  it('refuses compressed messages, which it has not offered', async () => {
    const { come } = await conversation();
    const { client, connection } = await come();
    const body = Buffer.from(serialize({ ping: 1 }));
    const header = Buffer.alloc(16);
    header.writeInt32LE(16 + body.length, 0);
    header.writeInt32LE(2012, 12);
    client.socket.write(Buffer.concat([header, body]));
    await connection.closed;
    expect(connection.problem?.message).toMatch(/not offered/);
  });

  it('lets nobody through to a server that is being killed', async () => {
    const { come, proxy } = await conversation();
    const first = await come();
    first.connection.mute();
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    sockets.push(socket);
    const heard = await new Promise((resolve) => socket.once('error', resolve).once('close', resolve).once('data', resolve));
    expect(Buffer.isBuffer(heard)).toBe(false);
    expect(first.server.frames).toEqual([]);
  });
});
