import { Readable } from 'node:stream';
import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { MysqlConnection } from '../../../src/wire/mysql/connection';
import type { RequestOrder, WireRequest } from '../../../src/wire/mysql/handlers';
import type { Completion } from '../../../src/wire/mysql/responses';
import { startProxy, type WireProxy } from '../../../src/wire/proxy';
import { requireOrSkip } from '../../require';
import { startChoppingRelay } from '../../wire/relay';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';

describe.skipIf(requireOrSkip('docker', await dockerMissing())).each(servers)('$label', (server) => {
  let sandbox: Sandbox;
  let address: DatabaseAddress;
  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('wire');
    address = sandbox.address('wire');
  });
  afterAll(() => sandbox?.dispose());

  const open: mysql.Connection[] = [];
  const proxies: WireProxy[] = [];
  afterEach(async () => {
    // One whose answer is held would wait for it first.
    for (const client of open.splice(0)) client.destroy();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  interface Watched {
    readonly proxy: WireProxy;
    readonly requests: WireRequest[];
    readonly completions: Completion[];
    readonly connections: MysqlConnection[];
  }

  async function watched(
    order: (request: WireRequest) => RequestOrder | Promise<RequestOrder> | undefined = () => undefined,
  ): Promise<Watched> {
    const [requests, completions, connections]: [WireRequest[], Completion[], MysqlConnection[]] = [[], [], []];
    const proxy = await startProxy((client, number) => {
      const handlers = {
        request(request: WireRequest) {
          requests.push(request);
          return order(request);
        },
        completed: (_request: WireRequest, completion: Completion) => void completions.push(completion),
      };
      const connection = new MysqlConnection(client, address, handlers, number);
      connections.push(connection);
      return connection;
    });
    proxies.push(proxy);
    return { proxy, requests, completions, connections };
  }

  async function clientOn(port: number, more: mysql.ConnectionOptions = {}): Promise<mysql.Connection> {
    const { user, password, database } = address;
    const client = await mysql.createConnection({ host: '127.0.0.1', port, user, password, database, multipleStatements: true, ...more });
    client.on('error', () => undefined);
    open.push(client);
    return client;
  }

  const fresh = 'DROP TABLE IF EXISTS t; CREATE TABLE t (a int PRIMARY KEY, b longtext)';

  it('passes several statements, whatever the pieces that they come in', async () => {
    const { proxy, completions } = await watched();
    let turn = 0;
    const relay = await startChoppingRelay(proxy.port, () => (turn++ % 7) + 1);
    const client = await clientOn(relay.port);
    await client.query(fresh);
    const [answer] = await client.query(
      'INSERT INTO t VALUES (1, ?), (2, NULL); SELECT a FROM t ORDER BY a; UPDATE t SET b = 1 WHERE a = 99',
      ['x'],
    );
    expect(answer).toMatchObject([{ affectedRows: 2 }, [{ a: 1 }, { a: 2 }], { affectedRows: 0 }]);
    expect(completions[1]?.results.map(({ rows }) => rows)).toEqual([2, 2, 0]);
    await client.end();
    await relay.close();
  });

  it('passes prepared statements and knows their texts and values', async () => {
    const { proxy, requests } = await watched();
    const client = await clientOn(proxy.port);
    await client.query(fresh);
    await client.execute('INSERT INTO t VALUES (?, ?)', [7, 'seven']);
    await client.execute('INSERT INTO t VALUES (?, ?)', [8, null]);
    const [rows] = await client.execute('SELECT a, b FROM t WHERE a > ? ORDER BY a', [0]);
    expect(rows).toEqual([
      { a: 7, b: 'seven' },
      { a: 8, b: null },
    ]);
    expect(requests.slice(1).map(({ protocol, texts }) => [protocol, texts[0]?.slice(0, 6)])).toEqual([
      ['prepared', 'INSERT'],
      ['prepared', 'INSERT'],
      ['prepared', 'SELECT'],
    ]);
    expect(requests[2]?.values?.map(({ bytes }) => bytes?.length ?? null)).toEqual([8, null]);
  });

  it('passes messages that are longer than a packet, both ways', async () => {
    await sandbox.query('SET GLOBAL max_allowed_packet = 67108864');
    const { proxy, requests } = await watched();
    const client = await clientOn(proxy.port);
    await client.query(fresh);
    const long = 'z'.repeat(17_000_000);
    await client.query('INSERT INTO t VALUES (1, ?)', [long]);
    const [rows] = await client.query<mysql.RowDataPacket[]>('SELECT b FROM t');
    expect(rows[0]?.b === long).toBe(true);
    expect(requests[1]?.texts[0]?.length).toBeGreaterThan(17_000_000);
  });

  it('passes the file of a LOAD DATA LOCAL, of more packets than a number has room for', async () => {
    await sandbox.query('SET GLOBAL local_infile = 1');
    const { proxy, completions } = await watched((request) =>
      request.texts[0]?.startsWith('LOAD') ? { text: `DO 0; ${request.texts[0]}`, hide: [0] } : undefined,
    );
    const client = await clientOn(proxy.port);
    await client.query(fresh);
    const infileStreamFactory = (): Readable => Readable.from(Array.from({ length: 600 }, (_, line) => Buffer.from(`${line}\tq\n`)));
    const [answer] = await client.query({ sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t; SELECT 3 AS three", infileStreamFactory });
    expect(answer).toMatchObject([{ affectedRows: 600 }, [{ three: 3 }]]);
    expect(completions.at(-1)?.results.map(({ rows }) => rows)).toEqual([0, 600, 1]);
  });

  it('puts texts in, ahead and within, of which the client sees nothing', async () => {
    const { proxy, connections } = await watched((request) => {
      if (request.texts[0] === 'SELECT @x AS x') return { ahead: ['SET @x = 7', 'SELECT 1 UNION SELECT 2', 'no statement'] };
      return request.texts[0] === 'SELECT 0' ? { text: 'SELECT 1 AS one; DO 0; SELECT 2 AS two', hide: [1] } : undefined;
    });
    const client = await clientOn(proxy.port);
    expect((await client.query('SELECT @x AS x'))[0]).toEqual([{ x: 7 }]);
    expect((await client.query('SELECT 0'))[0]).toEqual([[{ one: 1 }], [{ two: 2 }]]);
    expect((await client.query('START TRANSACTION; SELECT 3'))[0]).toHaveLength(2);
    expect(connections[0]?.transactionStatus).toBe('T');
    expect(await connections[0]?.ask('ROLLBACK')).toMatchObject({ status: 'I' });
  });

  it('holds a request before the server and an answer behind it, and drops it', async () => {
    let release: () => void = () => undefined;
    const { proxy, connections, requests, completions } = await watched((request) => {
      if (!request.texts[0]?.startsWith('INSERT')) return undefined;
      return new Promise((resolve) => {
        release = () => resolve({ holdResponse: true });
      });
    });
    const client = await clientOn(proxy.port);
    await client.query(fresh);
    const inserted = client.query('INSERT INTO t VALUES (1, NULL)').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    const others = await clientOn(address.port, { host: address.host });
    const count = async (): Promise<unknown> => (await others.query('SELECT COUNT(*) AS n FROM t'))[0];
    await expect.poll(() => requests.length).toBe(2);
    expect(await count()).toEqual([{ n: 0 }]);
    release();
    await expect.poll(() => completions.length).toBe(2);
    expect(await count()).toEqual([{ n: 1 }]);
    connections[0]?.cut({ client: 'reset', server: 'end' });
    expect(await inserted).toMatch(/ECONNRESET|PROTOCOL_CONNECTION_LOST/);
  });

  it('lets errors, pings, resets and a change of user through', async () => {
    const { proxy, completions } = await watched();
    const client = await clientOn(proxy.port);
    await expect(client.query('SELECT nothing')).rejects.toMatchObject({ errno: 1054, sqlState: '42S22' });
    expect(completions[0]?.error).toMatchObject({ code: '1054', sqlState: '42S22' });
    await client.ping();
    await client.changeUser({ user: address.user, password: address.password, database: 'wire' });
    expect((await client.query('SELECT DATABASE() AS name'))[0]).toEqual([{ name: 'wire' }]);
  });

  it('lets the password of each server through, in full the first time and from memory the second', async () => {
    const how =
      server.name === 'mysql'
        ? "IDENTIFIED WITH caching_sha2_password BY 'Secret-1'"
        : "IDENTIFIED VIA mysql_native_password USING PASSWORD('Secret-1')";
    await sandbox.query(`CREATE USER somebody@'%' ${how}`);
    await sandbox.query("GRANT ALL ON wire.* TO somebody@'%'");
    const { proxy } = await watched();
    for (const time of [1, 2]) {
      const client = await clientOn(proxy.port, { user: 'somebody', password: 'Secret-1' });
      expect((await client.query('SELECT ? AS time', [time]))[0]).toEqual([{ time }]);
    }
    await expect(clientOn(proxy.port, { user: 'somebody', password: 'wrong' })).rejects.toMatchObject({ errno: 1045 });
  });

  it('refuses a client that insists on encryption, and says so', async () => {
    const { proxy, connections } = await watched();
    await expect(clientOn(proxy.port, { ssl: {} })).rejects.toThrow(/secure|SSL|encryption/i);
    expect(connections).toHaveLength(1);
  });
});
