import pg from 'pg';
import { serialize } from 'pg-protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withValues } from '../../src/engines/postgres/command/parameters';
import type { DatabaseAddress, Sandbox } from '../../src/model/sandbox';
import { PostgresConnection } from '../../src/wire/postgres/connection';
import type { RequestOrder, WireHandlers, WireRequest } from '../../src/wire/postgres/handlers';
import type { Completion } from '../../src/wire/postgres/responses';
import { startProxy, type WireProxy } from '../../src/wire/proxy';
import { startSandbox } from '../engines/execute/laboratory';

const { parse, bind, execute, sync, flush, query } = serialize;

let sandbox: Sandbox;
let address: DatabaseAddress;
beforeAll(async () => {
  sandbox = await startSandbox();
  await sandbox.createDatabase('extended');
  address = sandbox.address('extended');
});
afterAll(() => sandbox?.dispose());

let proxy: WireProxy;
let seen: { request: WireRequest; completion?: Completion }[];
let rows: string;
let orders: (request: WireRequest) => RequestOrder | undefined;
const open: pg.Client[] = [];

const handlers: WireHandlers = {
  request(request) {
    seen.push({ request });
    return orders(request);
  },
  completed(request, completion) {
    const entry = seen.find((candidate) => candidate.request === request);
    if (entry) entry.completion = completion;
  },
  copied(_connection, bytes) {
    rows += bytes.toString('utf8');
  },
};

beforeEach(async () => {
  seen = [];
  rows = '';
  orders = () => undefined;
  proxy = await startProxy((client, number) => new PostgresConnection(client, address, handlers, number));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  await proxy.close();
});

async function clientOn(): Promise<pg.Client> {
  const client = new pg.Client({ ...address, host: '127.0.0.1', port: proxy.port });
  client.on('error', () => undefined);
  open.push(client);
  await client.connect();
  return client;
}

interface RawConnection {
  readonly stream: { write(bytes: Buffer): void };
  on(event: 'message', listener: (message: { name: string; code?: string; status?: string; text?: string }) => void): void;
}

/** Sends messages as they are, and gives the names of the server's answers up to this many ReadyForQuery. */
async function exchange(client: pg.Client, messages: readonly Buffer[], readies = 1): Promise<string[]> {
  const { connection } = client as unknown as { connection: RawConnection };
  const answers: string[] = [];
  return new Promise((resolve) => {
    connection.on('message', ({ name, code, status, text }) => {
      answers.push([name, code ?? status ?? text].filter((part) => part !== undefined).join(' '));
      if (answers.filter((answer) => answer.startsWith('readyForQuery')).length === readies) resolve(answers);
    });
    // A query that only writes: `pg` then takes what comes for its answer.
    const nothing = () => undefined;
    const raw = {
      submit: ({ stream }: RawConnection) => stream.write(Buffer.concat(messages)),
      handleRowDescription: nothing,
      handleDataRow: nothing,
      handleCommandComplete: nothing,
      handleEmptyQuery: nothing,
      handlePortalSuspended: nothing,
      handleReadyForQuery: nothing,
      handleError: nothing,
    };
    (client as unknown as { query(submittable: typeof raw): void }).query(raw);
  });
}

/** Parse, Bind and Execute of one text. */
const run = (text: string): Buffer[] => [parse({ text }), bind({}), execute({})];

const refusal = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'FL001', MESSAGE = 'no'; END $$";
const refuse = (execution: number): RequestOrder => ({ extended: { execution, texts: [refusal], keep: false } });

describe('values of a prepared statement', () => {
  it('are told with its text, and can be written into it', async () => {
    const client = await clientOn();
    await client.query('SELECT $1::text, $2::int, $1::text, $3::bytea', ["it's \\ $2", null, Buffer.from([1, 255])]);
    const [only] = seen;
    const written = withValues(only?.request.texts[0] ?? '', only?.request.values[0]);
    expect(written).toBe("SELECT E'it''s \\\\ $2'::text, NULL::int, E'it''s \\\\ $2'::text, E'\\\\x01ff'::bytea");
    const again = await client.query({ text: `${written}`, rowMode: 'array' });
    expect(again.rows).toEqual([["it's \\ $2", null, "it's \\ $2", Buffer.from([1, 255])]]);
  });

  it('are those of each execution, though the statement was prepared once', async () => {
    const client = await clientOn();
    for (const value of ['a', 'b']) await client.query({ name: 'named', text: 'SELECT $1::text', values: [value] });
    expect(seen.map(({ request }) => withValues(request.texts[0] ?? '', request.values[0]))).toEqual([
      "SELECT 'a'::text",
      "SELECT 'b'::text",
    ]);
  });

  it('can not always be written', () => {
    expect(withValues('SELECT $1', undefined)).toBeUndefined();
    expect(withValues('SELECT $1', [])).toBe('SELECT $1');
    expect(withValues('SELECT $2', [{ format: 'text', type: 0, bytes: null }])).toBeUndefined();
    expect(withValues('SELECT $1', [{ format: 'binary', type: 600, bytes: Buffer.alloc(16) }])).toBeUndefined();
    expect(withValues('SELECT $1', [{ format: 'binary', type: 23, bytes: Buffer.from([0, 0, 1, 0]) }])).toBe("SELECT '256'");
  });
});

describe('a refused execution', () => {
  it('is an ordinary error, and what was prepared stays prepared', async () => {
    const client = await clientOn();
    const named = { name: 'kept', text: 'SELECT $1::int + 1 AS n' };
    orders = ({ number }) => (number === 1 ? refuse(0) : undefined);
    await expect(client.query({ ...named, values: [1] })).rejects.toMatchObject({ code: 'FL001', severity: 'ERROR' });
    // `pg` believes that the name is known to the server, and sends no Parse again.
    expect((await client.query({ ...named, values: [2] })).rows).toEqual([{ n: 3 }]);
    expect(seen.map(({ completion }) => completion?.error?.code)).toEqual(['FL001', undefined]);
  });

  it('is answered as the client expects, with the status of its transaction', async () => {
    const client = await clientOn();
    await client.query('BEGIN');
    orders = () => refuse(0);
    const answers = await exchange(client, [...run('CREATE TABLE refused ()'), sync(), query('ROLLBACK')], 2);
    expect(answers).toEqual([
      'parseComplete',
      'bindComplete',
      'error FL001',
      'readyForQuery E',
      'commandComplete ROLLBACK',
      'readyForQuery I',
    ]);
    expect(await sandbox.query("SELECT to_regclass('refused') AS t", 'extended')).toEqual([{ t: null }]);
  });

  it('takes with it the rest of a pipeline up to its Sync, and nothing behind it', async () => {
    const client = await clientOn();
    orders = ({ texts }) => (texts.includes('CREATE TABLE two ()') ? refuse(1) : undefined);
    const batch = [...run('CREATE TABLE one ()'), ...run('CREATE TABLE two ()'), ...run('CREATE TABLE three ()'), sync()];
    const answers = await exchange(client, [...batch, ...run('CREATE TABLE four ()'), sync()], 2);
    const complete = ['parseComplete', 'bindComplete', 'commandComplete CREATE TABLE'];
    expect(answers).toEqual([
      ...complete,
      'parseComplete',
      'bindComplete',
      'error FL001',
      'readyForQuery I',
      ...complete,
      'readyForQuery I',
    ]);
    const tables = await sandbox.query("SELECT relname FROM pg_class WHERE relname IN ('one', 'two', 'three', 'four')", 'extended');
    expect(tables).toEqual([{ relname: 'four' }]);
  });

  it('can be an empty one more: an order for an execution that is not there changes nothing', async () => {
    const client = await clientOn();
    orders = () => refuse(5);
    expect((await client.query('SELECT $1::int AS n', [7])).rows).toEqual([{ n: 7 }]);
  });
});

describe('what is put before an execution', () => {
  it('is executed there, and the client sees nothing of it', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE steps (n serial, what text)');
    const insert = (what: string) => `INSERT INTO steps (what) VALUES ('${what}')`;
    orders = ({ protocol }) =>
      protocol === 'extended' ? { extended: { execution: 1, texts: [insert('put in'), insert('put in too')], keep: true } } : undefined;
    const answers = await exchange(client, [...run(insert('first')), ...run(insert('second')), sync()]);
    expect(answers).toEqual([
      'parseComplete',
      'bindComplete',
      'commandComplete INSERT 0 1',
      'parseComplete',
      'bindComplete',
      'commandComplete INSERT 0 1',
      'readyForQuery I',
    ]);
    expect(await sandbox.query('SELECT what FROM steps ORDER BY n', 'extended')).toEqual(
      ['first', 'put in', 'put in too', 'second'].map((what) => ({ what })),
    );
    expect(seen.at(-1)?.completion?.results).toHaveLength(4);
  });
});

describe('another text for an execution', () => {
  const order = (text: string): RequestOrder => ({ extended: { execution: 0, texts: [], keep: true, text } });

  it('is prepared in place of its own, with the same values', async () => {
    const client = await clientOn();
    orders = ({ replaceable }) => (replaceable[0] === true ? order('SELECT $1::int * 100 AS n') : undefined);
    expect((await client.query('SELECT $1::int AS n', [7])).rows).toEqual([{ n: 700 }]);
  });

  it('can not be given to what is prepared under a name, and may be executed again', async () => {
    const client = await clientOn();
    orders = () => order('SELECT $1::int * 100 AS n');
    const named = { name: 'mine', text: 'SELECT $1::int AS n', values: [7] };
    expect((await client.query(named)).rows).toEqual([{ n: 7 }]);
    expect((await client.query(named)).rows).toEqual([{ n: 7 }]);
    expect(seen.filter(({ request }) => request.protocol === 'extended').map(({ request }) => request.replaceable)).toEqual([
      [false],
      [false],
    ]);
  });
});

describe('a request that a Flush ends', () => {
  it('is answered by its results, and what follows is another', async () => {
    const client = await clientOn();
    const answers = await exchange(client, [...run('CREATE TABLE flushed ()'), flush(), ...run('DROP TABLE flushed'), sync()]);
    expect(answers.at(-1)).toBe('readyForQuery I');
    expect(seen.map(({ request }) => request.texts)).toEqual([['CREATE TABLE flushed ()'], ['DROP TABLE flushed']]);
    expect(seen.map(({ completion }) => completion?.results.map(({ tag }) => tag))).toEqual([['CREATE TABLE'], ['DROP TABLE']]);
  });

  it('ends with an error too, and the Sync answers what the server skipped', async () => {
    const client = await clientOn();
    const messages = [...run('DROP TABLE nowhere'), flush(), ...run('CREATE TABLE skipped ()'), sync(), query('SELECT 1')];
    const answers = await exchange(client, messages, 2);
    expect(answers.filter((answer) => answer.startsWith('ready'))).toEqual(['readyForQuery I', 'readyForQuery I']);
    expect(seen[0]?.completion?.error?.code).toBe('42P01');
    expect(seen[1]?.completion?.results).toEqual([]);
    expect(seen[2]?.completion?.results.map(({ tag }) => tag)).toEqual(['SELECT 1']);
  });

  it('can be refused', async () => {
    const client = await clientOn();
    orders = ({ number }) => (number === 1 ? refuse(0) : undefined);
    const answers = await exchange(client, [...run('CREATE TABLE unwanted ()'), flush(), sync()]);
    expect(answers).toEqual(['parseComplete', 'bindComplete', 'error FL001', 'readyForQuery I']);
  });
});

describe('COPY', () => {
  it('in: the rows are told as the client sends them', async () => {
    const client = await clientOn();
    await client.query('CREATE TABLE copied (id int, name text)');
    const text = '1\tZürich\n2\t\\N\n';
    const copy = [query('COPY copied FROM stdin'), copyFrame('d', text), copyFrame('c', '')];
    const answers = await exchange(client, copy);
    expect(answers.at(-2)).toBe('commandComplete COPY 2');
    expect(rows).toBe(text);
    expect(seen.at(-1)?.completion?.results[0]?.tag).toBe('COPY 2');
  });

  it('out: passes', async () => {
    const client = await clientOn();
    const answers = await exchange(client, [query('COPY (SELECT generate_series(1, 3)) TO stdout')]);
    expect(answers.filter((name) => name === 'copyData')).toHaveLength(3);
    expect(answers.at(-1)).toBe('readyForQuery I');
  });
});

function copyFrame(type: string, text: string): Buffer {
  const body = Buffer.from(text);
  const frame = Buffer.alloc(5 + body.length);
  frame.write(type, 0, 'latin1');
  frame.writeInt32BE(4 + body.length, 1);
  body.copy(frame, 5);
  return frame;
}

describe('several connections', () => {
  it('are told apart, and each has its own prepared statements', async () => {
    const [one, two] = [await clientOn(), await clientOn()];
    await Promise.all([
      one.query({ name: 's', text: 'SELECT 1 AS n', values: [] }),
      two.query({ name: 's', text: 'SELECT 2 AS n', values: [] }),
    ]);
    const texts = Object.fromEntries(seen.map(({ request }) => [request.connection.number, request.texts[0]]));
    expect(texts).toEqual({ 1: 'SELECT 1 AS n', 2: 'SELECT 2 AS n' });
  });
});
