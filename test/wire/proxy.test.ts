import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseAddress, Sandbox } from '../../src/model/sandbox';
import { PostgresConnection } from '../../src/wire/postgres/connection';
import type { RequestOrder, WireHandlers, WireRequest } from '../../src/wire/postgres/handlers';
import type { Completion } from '../../src/wire/postgres/responses';
import { startProxy, type WireProxy } from '../../src/wire/proxy';
import { startSandbox } from '../engines/execute/laboratory';
import { startChoppingRelay } from './relay';

let sandbox: Sandbox;
let address: DatabaseAddress;
beforeAll(async () => {
  sandbox = await startSandbox();
  await sandbox.createDatabase('wire');
  address = sandbox.address('wire');
});
afterAll(() => sandbox?.dispose());

let proxy: WireProxy;
let connections: PostgresConnection[];
let seen: { request: WireRequest; completion?: Completion }[];
let orders: (request: WireRequest) => RequestOrder | Promise<RequestOrder> | undefined;
const open: { end(): Promise<void> }[] = [];

const handlers: WireHandlers = {
  request(request) {
    seen.push({ request });
    return orders(request);
  },
  completed(request, completion) {
    const entry = seen.find((candidate) => candidate.request === request);
    if (entry) entry.completion = completion;
  },
};

beforeEach(async () => {
  connections = [];
  seen = [];
  orders = () => undefined;
  proxy = await startProxy((client, number) => {
    const connection = new PostgresConnection(client, address, handlers, number);
    connections.push(connection);
    return connection;
  });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  await proxy.close();
});

async function clientOn(port = proxy.port, extra: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ ...address, host: '127.0.0.1', port, application_name: 'wire test', ...extra });
  client.on('error', () => undefined);
  open.push(client);
  await client.connect();
  return client;
}

function theConnection(): PostgresConnection {
  const [connection] = connections;
  if (!connection) throw new Error('No client has come.');
  return connection;
}

/** Sends raw protocol through pg: what a driver for COPY does. */
class CopyIn extends pg.Query {
  constructor(
    private readonly copyText: string,
    private readonly data: string,
    private readonly extended: boolean,
    private readonly settled: (error: Error | undefined) => void,
  ) {
    super(copyText, []);
  }
  override submit = (connection: pg.Connection): void => {
    if (!this.extended) {
      connection.query(this.copyText);
      return;
    }
    connection.parse({ name: '', text: this.copyText, types: [] }, true);
    connection.bind({ portal: '', statement: '', binary: 'false', values: [] }, true);
    connection.execute({ portal: '', rows: '' }, true);
    connection.sync();
  };
  handleCopyInResponse(connection: pg.Connection): void {
    connection.stream.write(copyFrame('d', this.data));
    connection.stream.write(copyFrame('c', ''));
    // The server ignored the first Sync, as it was copying.
    if (this.extended) connection.sync();
  }
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.settled(error);
  }
  handleReadyForQuery(): void {
    this.settled(undefined);
  }
}

function copyFrame(type: string, body: string): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.write(type, 0, 'latin1');
  frame.writeInt32BE(body.length + 4, 1);
  frame.write(body, 5, 'latin1');
  return frame;
}

function copyIn(client: pg.Client, text: string, data: string, extended: boolean): Promise<Error | undefined> {
  return new Promise((resolve) => void client.query(new CopyIn(text, data, extended, resolve)));
}

describe('a driver does not notice the proxy', () => {
  it('simple queries, with tags, status and errors told', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE simple (id int)');
    await client.query('BEGIN; INSERT INTO simple SELECT generate_series(1, 3)');
    await expect(client.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await client.query('ROLLBACK');
    expect((await client.query('')).rows).toEqual([]);
    expect(seen.map(({ request, completion }) => [request.number, request.texts[0], completion?.results.map(({ tag }) => tag)])).toEqual([
      [1, 'CREATE TABLE simple (id int)', ['CREATE TABLE']],
      [2, 'BEGIN; INSERT INTO simple SELECT generate_series(1, 3)', ['BEGIN', 'INSERT 0 3']],
      [3, 'SELECT 1 / 0', []],
      [4, 'ROLLBACK', ['ROLLBACK']],
      [5, '', ['']],
    ]);
    expect(seen.map(({ completion }) => completion?.status)).toEqual(['I', 'T', 'E', 'I', 'I']);
    expect(seen[2]?.completion?.error).toEqual({ severity: 'ERROR', code: '22012', message: 'division by zero' });
    expect(theConnection().serverProcessId).toBe((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid);
  });

  it('extended queries and prepared statements', async () => {
    const client = await clientOn();
    expect((await client.query('SELECT $1::int + 1 AS n', [41])).rows).toEqual([{ n: 42 }]);
    const prepared = { name: 'twice', text: 'SELECT $1::int * 2 AS n' };
    expect((await client.query({ ...prepared, values: [4] })).rows).toEqual([{ n: 8 }]);
    expect((await client.query({ ...prepared, values: [5] })).rows).toEqual([{ n: 10 }]);
    await expect(client.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    expect(seen.map(({ request }) => [request.protocol, ...request.texts])).toEqual([
      ['extended', 'SELECT $1::int + 1 AS n'],
      ['extended', prepared.text],
      ['extended', prepared.text],
      ['extended', 'SELECT $1::int'],
    ]);
    // The error is heard before the ReadyForQuery that ends its response.
    await until(() => seen.every(({ completion }) => completion !== undefined));
    expect(seen.every(({ completion }) => completion?.status === 'I')).toBe(true);
  });

  it.each([false, true])('COPY in both directions (extended: %s)', async (extended) => {
    const client = await clientOn();
    await client.query('CREATE TEMPORARY TABLE copied (id int)');
    expect(await copyIn(client, 'COPY copied FROM STDIN', '1\n2\n3\n', extended)).toBeUndefined();
    expect(await copyIn(client, 'COPY copied FROM STDIN', 'wrong\n', false)).toMatchObject({ code: '22P02' });
    await client.query('COPY copied TO STDOUT');
    expect((await client.query('SELECT count(*)::int AS n FROM copied')).rows).toEqual([{ n: 3 }]);
    expect(seen.map(({ completion }) => completion?.results[0]?.tag)).toEqual(['CREATE TABLE', 'COPY 3', undefined, 'COPY 3', 'SELECT 1']);
    expect(theConnection().transactionStatus).toBe('I');
  });

  it('many and large rows, and a request of 40 MB', async () => {
    const client = await clientOn();
    const rows = await client.query("SELECT repeat('x', 1000000) AS wide FROM generate_series(1, 30)");
    expect(rows.rows.map(({ wide }) => wide.length)).toEqual(Array(30).fill(1_000_000));
    expect((await client.query('SELECT generate_series(1, 200000)')).rowCount).toBe(200_000);
    const text = `SELECT length('${'y'.repeat(40 << 20)}') AS n`;
    expect((await client.query(text)).rows).toEqual([{ n: 40 << 20 }]);
    expect(seen[2]?.request).toMatchObject({ complete: false });
    expect(seen[2]?.completion?.results).toMatchObject([{ tag: 'SELECT 1' }]);
  });

  it('pipelined requests', async () => {
    const client = await clientOn(proxy.port, { pipeline: true } as pg.ClientConfig);
    const results = await Promise.allSettled([
      client.query('SELECT 1 AS n'),
      client.query('SELECT $1::int AS n', [2]),
      client.query('SELECT 1 / 0'),
      client.query('SELECT 3 AS n'),
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value.rows[0].n : result.reason.code))).toEqual([
      1,
      2,
      '22012',
      3,
    ]);
    expect(seen.map(({ completion }) => completion?.results[0]?.tag)).toEqual(['SELECT 1', 'SELECT 1', undefined, 'SELECT 1']);
  });

  it('frames that arrive in pieces of a few bytes', async () => {
    const relay = await startChoppingRelay(proxy.port, pieceLengths());
    try {
      const client = await clientOn(relay.port);
      expect((await client.query('SELECT $1::text AS t', ['ä→𐍈'])).rows).toEqual([{ t: 'ä→𐍈' }]);
      expect((await client.query("SELECT 'ü' AS t; SELECT 2 AS n")) as unknown).toMatchObject([
        { rows: [{ t: 'ü' }] },
        { rows: [{ n: 2 }] },
      ]);
      await client.end();
    } finally {
      await relay.close();
    }
    expect(seen).toHaveLength(2);
  });

  it('declines SSL and GSS encryption, and goes on in the clear', async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    for (const code of [80877103, 80877104]) {
      const request = Buffer.alloc(8);
      request.writeInt32BE(8, 0);
      request.writeInt32BE(code, 4);
      socket.write(request);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toBe('N');
    }
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, 23, 0, 3, 0, 0]), Buffer.from('user\0postgres\0\0')]));
    const [answer] = await once(socket, 'data');
    expect(String.fromCharCode(answer[0])).toBe('R');
    socket.destroy();
  });

  it('passes on a request to cancel', async () => {
    const client = await clientOn();
    const sleeping = client.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
    await until(() => seen.length === 1);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const packet = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((value, index) => {
      packet.writeInt32BE(value, index * 4);
    });
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    socket.write(packet);
    await once(socket, 'close');
    expect(await sleeping).toMatchObject({ code: '57014' });
  });
});

describe('holding', () => {
  it('keeps a request from the server until it is let go', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE held (id int)');
    let letGo: (order: RequestOrder) => void = () => undefined;
    orders = () => new Promise((resolve) => (letGo = resolve));
    const running = client.query('INSERT INTO held VALUES (1)');
    await until(() => seen.length === 2);
    expect(await sandbox.query('SELECT count(*)::int AS n FROM held', 'wire')).toEqual([{ n: 0 }]);
    expect(await backendState(theConnection())).toBe('idle');
    letGo({});
    expect((await running).rowCount).toBe(1);
  });

  it('keeps back the response of a request that the server has finished', async () => {
    const client = await clientOn();
    orders = ({ number }) => (number === 1 ? { holdResponse: true } : undefined);
    let heard = false;
    const running = client.query("CREATE TABLE finished (id int); SELECT repeat('x', 100000) AS x").then((result) => {
      heard = true;
      return result as unknown as pg.QueryResult[];
    });
    await until(() => seen[0]?.completion !== undefined);
    expect(await sandbox.query("SELECT to_regclass('finished') IS NOT NULL AS there", 'wire')).toEqual([{ there: true }]);
    expect(heard).toBe(false);
    theConnection().releaseResponse();
    expect((await running)[1]?.rows[0].x).toHaveLength(100_000);
    expect((await client.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
  });

  it('lets a COPY run though its response is held', async () => {
    const client = await clientOn();
    await client.query('CREATE TEMPORARY TABLE copy_held (id int)');
    orders = () => ({ holdResponse: true });
    const copying = copyIn(client, 'COPY copy_held FROM STDIN', '1\n2\n', false);
    await until(() => seen[1]?.completion !== undefined);
    theConnection().releaseResponse();
    expect(await copying).toBeUndefined();
  });

  it('replaces the text of a request, and hides what it added', async () => {
    const client = await clientOn();
    orders = () => ({ text: "DO 'BEGIN END'; SELECT 'other' AS t", hide: [0] });
    const long = `SELECT '${'z'.repeat(20 << 20)}' AS t`;
    for (const text of ["SELECT 'mine' AS t", long]) {
      // Not an array of results, as two CommandCompletes would make.
      expect((await client.query(text)).rows).toEqual([{ t: 'other' }]);
    }
    orders = () => undefined;
    expect((await client.query("SELECT 'mine' AS t")).rows).toEqual([{ t: 'mine' }]);
  });

  it('asks something of its own while a request or a response is held, unseen by the client', async () => {
    const client = await clientOn();
    const notices: unknown[] = [];
    client.on('notice', (notice) => notices.push(notice.message));
    let answered: readonly Completion[] = [];
    orders = async ({ connection }) => {
      const set = await connection.ask("SET statement_timeout = '7s'; DO $$ BEGIN RAISE WARNING 'ours'; END $$");
      answered = [set, await connection.ask('SELECT 1/0')];
      return { holdResponse: true };
    };
    const asked = client.query('SHOW statement_timeout');
    await until(() => seen[0]?.completion !== undefined);
    await theConnection().ask('RESET statement_timeout');
    theConnection().releaseResponse();
    const { rows } = await asked;
    expect(rows).toEqual([{ statement_timeout: '7s' }]);
    expect(answered.map(({ error }) => error?.code)).toEqual([undefined, '22012']);
    orders = () => undefined;
    expect((await client.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
    expect(notices).toEqual([]);
  });

  it('tells whoever asks that the connection has ended', async () => {
    const client = await clientOn();
    await client.query('SELECT 1');
    const asked = theConnection().ask('SELECT pg_terminate_backend(pg_backend_pid())');
    await expect(asked).rejects.toThrow('The connection ended');
    await expect(theConnection().ask('SELECT 1')).rejects.toThrow('The connection ended');
  });

  it('forgets what is held when the client goes away', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE never (id int)');
    orders = () => new Promise(() => undefined);
    const running = client.query('INSERT INTO never VALUES (1)').catch((error: unknown) => error);
    await until(() => seen.length === 2);
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    await theConnection().serverClosed;
    await running;
    expect(await sandbox.query('SELECT count(*)::int AS n FROM never', 'wire')).toEqual([{ n: 0 }]);
  });
});

describe('cutting', () => {
  it('both sides: the client sees a reset, the transaction is undone and the session ends', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE cut_both (id int)');
    await client.query('BEGIN; INSERT INTO cut_both VALUES (1)');
    orders = () => new Promise(() => undefined);
    const running = client.query('COMMIT').catch((error: unknown) => error);
    await until(() => seen.length === 3);
    const connection = theConnection();
    connection.cut({ client: 'reset', server: 'end' });
    expect(await running).toMatchObject({ code: 'ECONNRESET' });
    await connection.serverClosed;
    expect(await backendState(connection)).toBeUndefined();
    expect(await sandbox.query('SELECT count(*)::int AS n FROM cut_both', 'wire')).toEqual([{ n: 0 }]);
  });

  it('the client only: the server keeps the session, its transaction and its locks until the proxy is closed', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE half_open (id int)');
    orders = () => ({ holdResponse: true });
    const running = client.query('BEGIN; LOCK TABLE half_open').catch((error: unknown) => error);
    await until(() => seen[1]?.completion !== undefined);
    const connection = theConnection();
    connection.cut({ client: 'reset', server: 'keep' });
    expect(await running).toMatchObject({ code: 'ECONNRESET' });
    await connection.clientClosed;
    expect(await backendState(connection)).toBe('idle in transaction');
    await proxy.close();
    await until(async () => (await backendState(connection)) === undefined);
  });

  it('the client only, while a request is held: the server never gets it', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE dropped (id int)');
    let letGo: (order: RequestOrder) => void = () => undefined;
    orders = () =>
      new Promise((resolve) => {
        letGo = resolve;
      });
    const running = client.query('INSERT INTO dropped VALUES (1)').catch((error: unknown) => error);
    await until(() => seen.length === 2);
    theConnection().cut({ client: 'reset', server: 'keep' });
    letGo({});
    await running;
    await theConnection().clientClosed;
    expect(await backendState(theConnection())).toBe('idle');
    await theConnection().whenIdle();
    expect(await sandbox.query('SELECT count(*)::int AS n FROM dropped', 'wire')).toEqual([{ n: 0 }]);
  });

  it('with a reset on both sides', async () => {
    const client = await clientOn();
    const connection = theConnection();
    const ended = once(client, 'error');
    connection.cut({ client: 'reset', server: 'reset' });
    expect((await ended)[0]).toMatchObject({ code: 'ECONNRESET' });
    await connection.closed;
    await until(async () => (await backendState(connection)) === undefined);
  });

  it('finishes the request that the server is executing', async () => {
    const client = await clientOn();
    const running = client
      .query("CREATE TABLE went_on (id int); DO $$ BEGIN RAISE NOTICE 'one'; PERFORM pg_sleep(0.3); RAISE NOTICE 'two'; END $$")
      .catch((error: unknown) => error);
    const connection = theConnection();
    await until(async () => (await backendState(connection)) === 'active');
    connection.cut({ client: 'reset', server: 'end' });
    await running;
    await connection.serverClosed;
    expect(await sandbox.query("SELECT to_regclass('went_on') IS NOT NULL AS there", 'wire')).toEqual([{ there: true }]);
  });
});

describe('when things go wrong', () => {
  it('a server that is killed ends the client, and a held response is lost with it', async () => {
    const client = await clientOn();
    orders = () => ({ holdResponse: true });
    const running = client.query('SELECT 1').catch((error: unknown) => error);
    await until(() => seen[0]?.completion !== undefined);
    await sandbox.query(`SELECT pg_terminate_backend(${theConnection().serverProcessId})`);
    expect(await running).toBeInstanceOf(Error);
    await theConnection().closed;
  });

  it('a server that is not there', async () => {
    const lone = await startProxy((socket, number) => {
      const connection = new PostgresConnection(socket, { host: '127.0.0.1', port: 1 }, {}, number);
      connections.push(connection);
      return connection;
    });
    await expect(clientOn(lone.port)).rejects.toBeInstanceOf(Error);
    expect(connections.at(-1)?.problem).toMatchObject({ code: 'ECONNREFUSED' });
    await lone.close();
  });

  it('bytes that are not the protocol', async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(theConnection().problem?.message).toMatch(/startup packet/);
  });

  it('a handler that throws ends the connection and nothing else', async () => {
    const client = await clientOn();
    orders = () => {
      throw new Error('a mistake');
    };
    await expect(client.query('SELECT 1')).rejects.toBeInstanceOf(Error);
    expect(theConnection().problem?.message).toBe('a mistake');
    orders = () => undefined;
    expect((await (await clientOn()).query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  it('closes with everything open, twice', async () => {
    const clients = [await clientOn(), await clientOn()];
    orders = () => new Promise(() => undefined);
    const running = clients.map((client) => client.query('SELECT 1').catch((error: unknown) => error));
    await until(() => seen.length === 2);
    await Promise.all([proxy.close(), proxy.close()]);
    for (const result of await Promise.all(running)) expect(result).toBeInstanceOf(Error);
    const refused = connect({ port: proxy.port, host: '127.0.0.1' });
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

async function backendState(connection: PostgresConnection): Promise<unknown> {
  const [row] = await sandbox.query(`SELECT state FROM pg_stat_activity WHERE pid = ${connection.serverProcessId}`);
  return row?.state;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not happen within 10 s.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** 1 to 6 bytes, in an order that does not repeat with the frames. */
function pieceLengths(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return 1 + ((count * count) % 6);
  };
}
