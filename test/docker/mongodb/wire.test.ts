import { type Document, type Long, MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { MongodbConnection, SharedView } from '../../../src/wire/mongodb/connection';
import type { Completion, RequestOrder, WireRequest } from '../../../src/wire/mongodb/handlers';
import { startProxy, type WireProxy } from '../../../src/wire/proxy';
import { requireOrSkip } from '../../require';
import { startChoppingRelay } from '../../wire/relay';
import { dockerMissing } from '../docker';
import { startMongo } from './servers';

describe.skipIf(requireOrSkip('docker', await dockerMissing()))(
  'the proxy before a server of MongoDB (mongo:8, which may be a stand-in)',
  () => {
    let sandbox: Sandbox;
    let address: DatabaseAddress;
    beforeAll(async () => {
      sandbox = await startMongo();
      await sandbox.createDatabase('wire');
      address = sandbox.address('wire');
    });
    afterAll(() => sandbox?.dispose());

    const open: MongoClient[] = [];
    const proxies: WireProxy[] = [];
    afterEach(async () => {
      for (const client of open.splice(0)) await client.close(true);
      await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    });

    interface Watched {
      readonly port: number;
      readonly requests: WireRequest[];
      readonly completions: Completion[];
      readonly connections: MongodbConnection[];
    }

    async function watched(
      order: (request: WireRequest) => RequestOrder | Promise<RequestOrder> | undefined = () => undefined,
    ): Promise<Watched> {
      const [requests, completions, connections]: [WireRequest[], Completion[], MongodbConnection[]] = [[], [], []];
      const shared = new SharedView(address.database);
      const proxy = await startProxy((client, number) => {
        const handlers = {
          request(request: WireRequest) {
            requests.push(request);
            return order(request);
          },
          completed: (_request: WireRequest, completion: Completion) => void completions.push(completion),
        };
        const connection = new MongodbConnection(client, address, handlers, number, shared);
        connections.push(connection);
        return connection;
      });
      proxies.push(proxy);
      return { port: proxy.port, requests, completions, connections };
    }

    async function clientOn(port: number, options: MongoClientOptions = {}, url = ''): Promise<MongoClient> {
      const client = new MongoClient(`mongodb://127.0.0.1:${port}/${url}`, { serverSelectionTimeoutMS: 10_000, ...options });
      open.push(client);
      return client.connect();
    }

    /** Directly, past the proxy. */
    async function documentsIn(collection: string, database = 'wire'): Promise<readonly Document[]> {
      const client = new MongoClient(`mongodb://${address.host}:${address.port}/?directConnection=true`);
      open.push(client);
      return client
        .db(database)
        .collection(collection)
        .find({}, { sort: { _id: 1 } })
        .toArray();
    }

    it.each([
      ['a direct connection', { directConnection: true }],
      ['a replica set that is discovered', { replicaSet: 'rs0' }],
      ['nothing asked for', {}],
      ['compression asked for', { compressors: ['zlib' as const] }],
      ['polling monitors', { serverMonitoringMode: 'poll' as const }],
      ['the stable API', { serverApi: '1' as const }],
    ])('keeps a driver with %s on the proxy', async (_, options) => {
      const { port, requests, connections } = await watched();
      const client = await clientOn(port, options);
      await client.db('shop').collection('kept').deleteMany({});
      await client.db('shop').collection('kept').insertOne({ a: 1 });
      expect(
        await client
          .db('shop')
          .collection('kept')
          .findOne({}, { projection: { _id: 0 } }),
      ).toEqual({ a: 1 });
      expect(requests.map(({ name }) => name)).toEqual(['delete', 'insert', 'find']);
      expect(connections.some(({ serverProcessId }) => (serverProcessId ?? 0) > 0)).toBe(true);
      expect(connections.map(({ problem }) => problem)).toEqual(connections.map(() => undefined));
    });

    it('passes documents apart and answers in many pieces, whatever the pieces', async () => {
      const { port, requests, completions } = await watched();
      let turn = 0;
      const relay = await startChoppingRelay(port, () => (turn++ % 13) + 1);
      const client = await clientOn(relay.port, { directConnection: true });
      const collection = client.db('shop').collection('pieces');
      await collection.deleteMany({});
      await collection.insertMany(Array.from({ length: 50 }, (_, position) => ({ _id: position as never, text: 'ä'.repeat(position) })));
      expect(await collection.find({}, { batchSize: 7 }).toArray()).toHaveLength(50);
      const insert = requests.findIndex(({ name }) => name === 'insert');
      expect(requests[insert]?.command.documents).toHaveLength(50);
      expect(completions[insert]?.results).toMatchObject([{ rows: 50 }]);
      expect(requests.filter(({ name }) => name === 'getMore').length).toBeGreaterThan(5);
      await client.close();
      await relay.close();
    });

    it('passes messages of tens of megabytes, both ways', async () => {
      const { port } = await watched();
      const client = await clientOn(port);
      const collection = client.db('shop').collection('huge');
      await collection.deleteMany({});
      const text = 'x'.repeat(8_000_000);
      await collection.insertMany([{ text }, { text }, { text }, { text }]);
      const found = await collection.find().toArray();
      expect(found.map((each) => each.text === text)).toEqual([true, true, true, true]);
    });

    it('passes many commands at a time', async () => {
      const { port } = await watched();
      const client = await clientOn(port);
      const collection = client.db('shop').collection('many');
      await collection.deleteMany({});
      await Promise.all(Array.from({ length: 60 }, (_, position) => collection.insertOne({ _id: position as never })));
      expect(await collection.countDocuments()).toBe(60);
    });

    it('knows when a write without an answer is done', async () => {
      const { port, completions, requests } = await watched();
      const client = await clientOn(port, { writeConcern: { w: 0 } });
      await client
        .db('shop')
        .collection('unacknowledged')
        .insertOne({ _id: 1 as never });
      // The client goes on before the proxy has read anything, so an empty list of requests proves nothing.
      await expect.poll(() => requests.map(({ name }) => name)).toEqual(['insert']);
      await expect.poll(() => completions.length).toBe(1);
      expect(await documentsIn('unacknowledged')).toEqual([{ _id: 1 }]);
      await expect(client.db('admin').command({ ping: 1 })).resolves.toMatchObject({ ok: 1 });
    });

    it('maps databases, and tells them by the names of the client', async () => {
      const { port, requests } = await watched();
      const client = await clientOn(port);
      await client
        .db('shop')
        .collection('a')
        .insertOne({ _id: 1 as never });
      await client
        .db('archive')
        .collection('b')
        .insertOne({ _id: 2 as never });
      expect(await documentsIn('a')).toEqual([{ _id: 1 }]);
      expect(await documentsIn('b', 'wire-archive')).toEqual([{ _id: 2 }]);
      const listed = await client.db().admin().listDatabases();
      expect(listed.databases.map(({ name }) => name)).toEqual(expect.arrayContaining(['shop', 'archive']));
      expect(listed.databases.some(({ name }) => name.startsWith('wire'))).toBe(false);
      const failure: unknown = await client
        .db('shop')
        .collection('a')
        .insertOne({ _id: 1 as never })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MongoServerError);
      expect((failure as MongoServerError).code).toBe(11000);
      expect((failure as MongoServerError).message).toContain('shop.a');
      await client.db('shop').collection('a').rename('c');
      expect(await documentsIn('c')).toEqual([{ _id: 1 }]);
      await client
        .db('shop')
        .collection('c')
        .aggregate([{ $out: { db: 'shop', coll: 'd' } }])
        .toArray();
      expect(await documentsIn('d')).toEqual([{ _id: 1 }]);
      expect(requests.map(({ foreignDatabase }) => foreignDatabase)).toContain('archive');
      await client.db('archive').dropDatabase();
      expect(await documentsIn('b', 'wire-archive')).toEqual([]);
    });

    it('keeps types of numbers and the order of fields that look like numbers', async () => {
      const { port, requests } = await watched();
      const client = await clientOn(port);
      await client
        .db('shop')
        .command({ update: 'types', updates: [{ q: { _id: 1 }, u: { $set: { long: { $literal: 1 } } }, upsert: true }] });
      expect(JSON.stringify(requests[0]?.command)).toContain('"long"');
      await client
        .db('shop')
        .collection('types')
        .insertOne({ _id: 2 as never, double: 1.5, big: 2 ** 40 });
      const found = await client
        .db('shop')
        .collection('types')
        .findOne({ _id: 2 as never }, { promoteLongs: false });
      expect(Number(found?.big as Long)).toBe(2 ** 40);
    });

    it('holds a request before the server, a response behind it, and drops one', async () => {
      let letGo: (order: RequestOrder) => void = () => undefined;
      const { port, requests, connections, completions } = await watched(({ name, number: _, command }) => {
        if (name !== 'insert') return undefined;
        const [document] = command.documents as Document[];
        if (Number(document?._id) === 1) return new Promise<RequestOrder>((resolve) => (letGo = resolve));
        return { holdResponse: true };
      });
      const client = await clientOn(port, { maxPoolSize: 1, retryWrites: false });
      const collection = client.db('shop').collection('held');
      const first = collection.insertOne({ _id: 1 as never });
      await expect.poll(() => requests.length).toBe(1);
      expect(await documentsIn('held')).toEqual([]);
      letGo({});
      await first;
      const second = collection.insertOne({ _id: 2 as never });
      await expect.poll(() => completions.length).toBe(2);
      expect(await documentsIn('held')).toHaveLength(2);
      expect(await Promise.race([second, 'still waiting'])).toBe('still waiting');
      const connection = connections.find(({ lastRequest }) => lastRequest?.name === 'insert');
      connection?.releaseResponse();
      await second;
      const third = collection.insertOne({ _id: 3 as never }).catch((error: Error) => error.name);
      await expect.poll(() => completions.length).toBe(3);
      connection?.dropResponse();
      connection?.cut({ client: 'reset', server: 'end' });
      expect(await third).toBe('MongoNetworkError');
      expect(await documentsIn('held')).toHaveLength(3);
    });

    it('asks on the connection of a client that waits, which sees nothing of it', async () => {
      const asked: Document[] = [];
      const { port } = await watched(async (request) => {
        asked.push(await request.connection.ask('{"count":"asked","$db":"wire"}'));
        asked.push(await request.connection.ask('{"noSuchCommand":1,"$db":"wire"}'));
        return {};
      });
      const client = await clientOn(port);
      const collection = client.db('shop').collection('asked');
      await collection.insertMany([{ a: 1 }, { a: 2 }]);
      expect(await collection.find().toArray()).toHaveLength(2);
      expect(asked.map(({ ok, code, n }) => [Number(ok), code ?? Number(n)])).toEqual([
        [1, 0],
        [0, 59],
        [1, 2],
        [0, 59],
      ]);
    });

    it('changes an answer, and gives one of its own', async () => {
      const { port, completions } = await watched(({ name }) => {
        if (name === 'delete') return { changeAnswer: (answer) => ({ ...answer, n: 77 }) };
        return name === 'update' ? { answer: { ok: 0, code: 11601, errmsg: 'operation was interrupted' } } : undefined;
      });
      const client = await clientOn(port);
      const collection = client.db('shop').collection('changed');
      expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 77 });
      await expect(collection.updateMany({}, { $set: { a: 1 } })).rejects.toMatchObject({ code: 11601 });
      expect(completions).toMatchObject([{ results: [{ rows: 77 }] }, { results: [], error: { code: '11601' } }]);
    });

    it('ends connections on which something else is spoken, and nothing else', async () => {
      const { port, connections } = await watched();
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch((error: Error) => error.name);
      expect(answer).toBe('TypeError');
      expect(connections[0]?.problem?.message).toMatch(/no message of MongoDB/);
      const client = await clientOn(port);
      await expect(client.db('admin').command({ ping: 1 })).resolves.toMatchObject({ ok: 1 });
    });
  },
);
