import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Document, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { guardVariables } from '../../../src/engines/command/environment';
import { CommandProcess } from '../../../src/engines/command/process';
import { type HarnessOrder, harnessCommand } from '../../../src/engines/mongodb/harness-command';
import type { Sandbox } from '../../../src/model/sandbox';
import { isRunning, withDescendants } from '../../../src/sandbox/processes';
import { processesWith } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo, urlOf } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const root = join(import.meta.dirname, '../../..');
const guard = join(root, 'src/engines/command/guard.cjs');

let sandbox: Sandbox;
let client: MongoClient;
let folder: string;

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** The lines that a report would show. */
  readonly said: string;
  readonly printed: string;
}

/** Writes files into the project's folder, by their names. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function run(
  order: Partial<HarnessOrder> & Pick<HarnessOrder, 'files'>,
  more: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const text = harnessCommand({ framework: 'migrate-mongo', direction: 'up', ...order }).replaceAll('{url}', urlOf(sandbox, 'cell'));
  const environment = { PATH: process.env.PATH ?? '', ...guardVariables({}, sandbox.address('cell'), guard), ...more };
  const command = new CommandProcess(text, folder, environment);
  const { code, signal } = await command.exited;
  return { code, signal, said: command.output.lines(3, []).join(' | '), printed: command.output.lines(100, []).join('\n') };
}

const cell = (name: string) => client.db('cell').collection(name);
const changelog = async (): Promise<readonly unknown[]> =>
  (await cell('changelog').find().sort({ appliedAt: 1 }).toArray()).map(({ fileName }) => fileName as unknown);
const documents = (name: string): Promise<Document[]> =>
  cell(name)
    .find({}, { projection: { _id: 0 } })
    .toArray();

describe.skipIf(skip)('migrations in code on mongo:8 (in CI a stand-in, not mongod)', () => {
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-harness-test-'));
  });
  afterEach(async () => {
    expect(processesWith(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
    await sandbox.dropDatabases(['cell']);
  });

  describe('are run as migrate-mongo would', () => {
    it('CommonJS, modules and TypeScript, each once and recorded in order', async () => {
      write({
        'package.json': '{ "type": "commonjs" }',
        'migrations/1-cjs.js': `const { ObjectId } = require('mongodb');
module.exports = { async up(db, client) { await db.collection('t').insertOne({ a: 1, id: new ObjectId(), sees: typeof client.startSession }); } };`,
        'migrations/2-esm.mjs': `export async function up(db) { await db.collection('t').insertOne({ a: 2 }); }`,
        'migrations/3-late.mjs': `const a = await Promise.resolve(3);\nexport const up = (db) => db.collection('t').insertOne({ a });`,
        'migrations/4-typed.ts': `import type { Db } from 'mongodb';
import { value, Kind } from '../helper.js';
export const up = async (db: Db): Promise<void> => { await db.collection<{ a: number }>('t').insertOne({ a: value as number + Kind.None }); };`,
        'helper.ts': 'export const value: number = 4;\nexport enum Kind { None }\n',
        'migrations/5-default.mts': `export default { up: async (db: { collection(name: string): any }) => { await db.collection('t').insertOne({ a: 5 }); } };`,
      });
      const files = ['1-cjs.js', '2-esm.mjs', '3-late.mjs', '4-typed.ts', '5-default.mts'].map((name) => `migrations/${name}`);
      expect(await run({ files })).toMatchObject({ code: 0, said: expect.stringContaining('MIGRATED UP: 5-default.mts') });
      expect((await documents('t')).map(({ a }) => a as unknown)).toEqual([1, 2, 3, 4, 5]);
      expect(await changelog()).toEqual(['1-cjs.js', '2-esm.mjs', '3-late.mjs', '4-typed.ts', '5-default.mts']);
      const [row] = await documents('changelog');
      expect(row).toEqual({ fileName: '1-cjs.js', appliedAt: expect.any(Date), migrationBlock: expect.any(Number) });
      expect(await run({ files })).toMatchObject({ code: 0, printed: '' });
      expect(await cell('t').countDocuments()).toBe(5);
    });

    it('back again, where it was applied', async () => {
      write({
        '1.js': `module.exports = { up: (db) => db.collection('t').insertOne({ a: 1 }), down: (db) => db.collection('t').deleteMany({}) };`,
      });
      expect(await run({ files: ['1.js'], direction: 'down' })).toMatchObject({ code: 0, printed: '' });
      await run({ files: ['1.js'] });
      expect(await run({ files: ['1.js'], direction: 'down' })).toMatchObject({ code: 0, said: 'MIGRATED DOWN: 1.js' });
      expect([await documents('t'), await changelog()]).toEqual([[], []]);
    });

    it('with the names, the lock and the hash of its configuration, whose address is not used', async () => {
      write({
        'migrate-mongo-config.js': `module.exports = { mongodb: { url: 'mongodb://production:27017', options: { ignoreUndefined: true } },
  changelogCollectionName: 'history', lockCollectionName: 'locks', lockTtl: 60, useFileHash: true };`,
        'migrations/1.js': `module.exports = { up: async (db) => { await db.collection('t').insertOne({ a: undefined, locked: await db.collection('locks').countDocuments() }); } };`,
      });
      expect(await run({ files: ['migrations/1.js'] })).toMatchObject({ code: 0 });
      expect(await documents('t')).toEqual([{ locked: 1 }]);
      expect(await documents('history')).toEqual([
        {
          fileName: '1.js',
          fileHash: expect.stringMatching(/^[0-9a-f]{64}$/),
          appliedAt: expect.any(Date),
          migrationBlock: expect.any(Number),
        },
      ]);
      expect(await documents('locks')).toEqual([]);
      expect((await cell('locks').indexes()).find(({ key }) => key.createdAt === 1)).toMatchObject({ expireAfterSeconds: 60 });
      await cell('locks').insertOne({ createdAt: new Date() });
      await cell('history').deleteMany({});
      expect(await run({ files: ['migrations/1.js'] })).toMatchObject({ code: 1, said: 'ERROR: Could not migrate up: a lock is in place' });
    });

    it('with the driver of the project, whatever its version is', async () => {
      mkdirSync(join(folder, 'node_modules/mongodb'), { recursive: true });
      write({
        'node_modules/mongodb/package.json': '{ "name": "mongodb", "main": "index.js" }',
        'node_modules/mongodb/index.js': `const real = require(${JSON.stringify(join(root, 'node_modules/mongodb'))});
module.exports = { ...real, MongoClient: class Marked extends real.MongoClient {} };`,
        'migrations/1.js': `module.exports = { up: (db, client) => db.collection('t').insertOne({ by: client.constructor.name }) };`,
      });
      expect(await run({ files: ['migrations/1.js'] })).toMatchObject({ code: 0 });
      expect(await documents('t')).toEqual([{ by: 'Marked' }]);
    });

    it('as umzug does, and as ts-migrate-mongoose does with the mongoose of the project', async () => {
      write({ '1.js': `module.exports = { up: ({ context, name }) => context.collection('t').insertOne({ name }) };` });
      expect(await run({ files: ['1.js'], framework: 'umzug' })).toMatchObject({ code: 0 });
      expect([await documents('t'), await documents('migrations')]).toEqual([[{ name: '1.js' }], [{ migrationName: '1.js' }]]);
      const typed = `import type { Connection } from 'mongoose';
export async function up(connection: Connection) { await connection.collection('u').insertOne({ a: 1 }); }`;
      write({ '1700000000000-add-users.ts': typed, '1700000000001-later.ts': typed, '1700000000001-types.d.ts': '' });
      const order = { files: ['1700000000000-add-users.ts'], framework: 'ts-migrate-mongoose', changelog: 'states' } as const;
      expect(await run(order)).toMatchObject({
        code: 1,
        said: expect.stringContaining('mongoose is not installed where the migration is'),
      });
      const installed = join(root, 'test/tools/node_modules');
      symlinkSync(installed, join(folder, 'node_modules'));
      expect(await run(order)).toMatchObject({ code: 0 });
      expect(await documents('states')).toEqual([
        { name: 'add-users', state: 'up', createdAt: new Date(1_700_000_000_000), updatedAt: expect.any(Date), __v: 0 },
        { name: 'later', state: 'down', createdAt: new Date(1_700_000_000_001), updatedAt: expect.any(Date), __v: 0 },
      ]);
      expect(await documents('u')).toEqual([{ a: 1 }]);
    });
  });

  describe('that are broken are reported in one line, and nothing is recorded', () => {
    const broken: Readonly<Record<string, readonly [text: string, said: RegExp, name?: string]>> = {
      'throws an Error': [
        `module.exports = {\n  async up() {\n    throw new Error('no\\nway');\n  },\n};`,
        /^ERROR: Could not migrate up 1\.js: no way \(.*1\.js:3\)$/,
      ],
      'throws no Error': [
        `module.exports = { async up() { throw { reason: 7 }; } };`,
        /up 1\.js: it threw \{"reason":7\}, which is no Error$/,
      ],
      'throws undefined': [`module.exports = { async up() { throw undefined; } };`, /up 1\.js: it threw undefined, which is no Error$/],
      'ends the process': [
        `module.exports = { async up(db) { await db.collection('t').insertOne({}); process.exit(0); } };`,
        /up 1\.js: the process ended before the migration had \(exit status 0\); it is not recorded as applied$/,
      ],
      'is not valid JavaScript': [
        `module.exports = {\n  async up(db) {\n    const a = ;\n  },\n};`,
        /up 1\.js: SyntaxError: Unexpected token ';' \(.*1\.js:3\)$/,
      ],
      'is not a valid module': [
        `export async function up(db) {\n\n  const a = ;\n}`,
        /up 1\.mjs: SyntaxError: .* \(.*1\.mjs:3\)$/,
        '1.mjs',
      ],
      'is not valid TypeScript': [
        `export const up = async (db: any) => {\n  const a: = 1;\n};`,
        /up 1\.ts: SyntaxError: .* \(.*1\.ts:2\)$/,
        '1.ts',
      ],
      'needs a package that is not there': [
        `const x = require('not-there-at-all');\nmodule.exports = { up() {} };`,
        /up 1\.js: Cannot find module 'not-there-at-all'/,
      ],
      'has no up': [`module.exports = { down() {} };`, /up 1\.js: there is no function "up" to call: it exports down$/],
      'exports nothing': ['', /up 1\.js: there is no function "up" to call: it exports nothing$/],
      'leaves a rejection unheard': [
        `module.exports = { async up(db) { Promise.reject(new Error('unheard')); await new Promise((resolve) => setTimeout(resolve, 2000)); } };`,
        /up 1\.js: a promise that nobody awaits was rejected: unheard \(/,
      ],
      'throws in a timer': [
        `module.exports = { async up(db) { setTimeout(() => { throw new TypeError('late'); }, 5); await new Promise((resolve) => setTimeout(resolve, 2000)); } };`,
        /up 1\.js: TypeError: late \(/,
      ],
      'is refused by the server': [
        `module.exports = { async up(db) { await db.collection('t').insertMany([{ _id: 1 }, { _id: 1 }]); } };`,
        /^ERROR: Could not migrate up 1\.js: E11000/,
      ],
      'kills itself': [
        `module.exports = { async up() { process.kill(process.pid, 'SIGKILL'); await new Promise(() => undefined); } };`,
        /^(Killed)?$/,
      ],
      'is not there': ['', /up 2\.js: Cannot find module/, '2.js'],
    };
    it.each(Object.entries(broken))('one that %s', async (title, [text, said, name = '1.js']) => {
      if (title !== 'is not there') write({ [name]: text });
      const ending = await run({ files: [name] });
      expect(ending.code).not.toBe(0);
      expect(ending.said).toMatch(said);
      expect(await changelog()).toEqual([]);
    });

    it('after those before it, which stay recorded', async () => {
      write({
        '1.js': `module.exports = { up: (db) => db.collection('t').insertOne({}) };`,
        '2.js': `module.exports = { up() { throw new Error('x'); } };`,
      });
      expect(await run({ files: ['1.js', '2.js'] })).toMatchObject({ code: 1 });
      expect(await changelog()).toEqual(['1.js']);
    });
  });

  describe('that misbehave are contained', () => {
    it('one that never ends is ended with all that it started', async () => {
      write({
        '1.js': `require('node:child_process').spawn('sleep', ['1000'], { detached: false });\nmodule.exports = { up: () => new Promise(() => setInterval(() => undefined, 1000)) };`,
      });
      const text = harnessCommand({ framework: 'migrate-mongo', direction: 'up', files: ['1.js'] }).replaceAll(
        '{url}',
        urlOf(sandbox, 'cell'),
      );
      const command = new CommandProcess(text, folder, { PATH: process.env.PATH ?? '' });
      // Not those that another file of tests has started.
      const sleepers = () => processesWith('sleep 1000').filter((id) => withDescendants(process.pid).includes(id));
      await expect.poll(sleepers, { timeout: 20_000 }).toHaveLength(1);
      const started = sleepers();
      await command.kill();
      expect((await command.exited).signal ?? 'SIGKILL').toBe('SIGKILL');
      await expect.poll(() => started.filter(isRunning), { timeout: 20_000 }).toEqual([]);
    });

    it('one that opens another connection to the sandbox may', async () => {
      write({
        '1.js': `const { MongoClient } = require('mongodb');
module.exports = { async up(db) { const other = await new MongoClient(process.env.OTHER_URL).connect(); await other.db('cell').collection('t').insertOne({ a: 1 }); } };`,
      });
      // It is left open, too.
      expect(await run({ files: ['1.js'] }, { OTHER_URL: urlOf(sandbox) })).toMatchObject({ code: 0 });
      expect([await documents('t'), await changelog()]).toEqual([[{ a: 1 }], ['1.js']]);
    });

    it('one that opens a connection elsewhere is refused, in clear words', async () => {
      // Another port than the sandbox's, behind which somebody would answer.
      const { host, port } = sandbox.address('cell');
      const elsewhere = createServer((socket) => {
        const behind = connect(port, host);
        socket.on('error', () => behind.destroy()).pipe(behind);
        behind.on('error', () => socket.destroy()).pipe(socket);
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void elsewhere.close());
      const url = `mongodb://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/?directConnection=true`;
      write({
        '1.js': `const { MongoClient } = require('mongodb');
module.exports = { async up(db) { const other = await new MongoClient(process.env.OTHER_URL + '&serverSelectionTimeoutMS=1000').connect(); await other.db('production').collection('t').insertOne({ a: 1 }); } };`,
      });
      const ending = await run({ files: ['1.js'] }, { OTHER_URL: url });
      expect(ending).toMatchObject({
        code: 1,
        said: expect.stringMatching(/up 1\.js: .*Faultline refused a connection to the database 127\.0\.0\.1:\d+: it is not the sandbox/),
      });
      expect(await client.db('production').collection('t').countDocuments()).toBe(0);
    });

    it('what it prints is kept, and confuses nothing', async () => {
      const talk = `console.log('ERROR: all is lost'); console.error('MIGRATED UP: 9.js'); console.log('x'.repeat(100_000)); process.stdout.write('no end of line');`;
      write({
        '1.js': `module.exports = { async up(db) { ${talk} } };`,
        '2.js': `module.exports = { async up(db) { ${talk} throw new Error('the real one'); } };`,
      });
      expect(await run({ files: ['1.js'] })).toMatchObject({ code: 0 });
      expect(await run({ files: ['2.js'] })).toMatchObject({
        code: 1,
        said: expect.stringContaining('Could not migrate up 2.js: the real one'),
      });
      expect(await changelog()).toEqual(['1.js']);
    });

    it('a missing await is told: what was not awaited comes after the record', async () => {
      write({
        '1.js': `module.exports = { async up(db) { const s = db.collection('t'); await s.insertOne({ a: 1 }); s.updateMany({}, { $set: { b: 1 } }); } };`,
      });
      const ending = await run({ files: ['1.js'] });
      expect(ending).toMatchObject({
        code: 0,
        printed: expect.stringContaining('WARNING: up() returned while a request was still under way: an await is missing'),
      });
      expect([await documents('t'), await changelog()]).toEqual([[{ a: 1, b: 1 }], ['1.js']]);
    });

    it('what goes on and on is left after a while', async () => {
      write({
        '1.js': `module.exports = { async up(db) { const again = () => db.command({ ping: 1 }).then(again); again(); again(); } };`,
      });
      expect(await run({ files: ['1.js'] })).toMatchObject({ code: 0 });
      expect(await changelog()).toEqual(['1.js']);
    });

    it('a failure after it had returned ends the run as a failure, though it is recorded', async () => {
      write({
        '1.js': `module.exports = { async up(db) { await db.collection('t').insertOne({ _id: 1 }); db.collection('t').insertOne({ _id: 1 }); } };`,
      });
      expect(await run({ files: ['1.js'] })).toMatchObject({
        code: 1,
        said: expect.stringContaining('a promise that nobody awaits was rejected: E11000'),
      });
    });
  });

  describe('that are scripts of mongosh', () => {
    it('run line by line, without mongosh being there', async () => {
      write({
        's.mongodb.js': `db.users.insertMany([{ _id: 1, n: NumberLong("9007199254740993") }, { _id: 2, n: NumberInt(5) }, { _id: 3, at: ISODate("2024-01-02") }]);
db.users.find({}).sort({ _id: -1 }).forEach((user) => db.getCollection("copy").insertOne({ of: user._id, n: user.n }));
const session = db.getMongo().startSession();
session.withTransaction(() => session.getDatabase(db.getName()).users.updateMany({ _id: { $lt: 3 } }, { $set: { t: true } }));
db.users.createIndex({ n: 1 }, { sparse: true });
try { db.users.insertOne({ _id: 1 }); } catch (error) { db.log.insertOne({ code: error.code }); }
db.getSiblingDB("cell-beside").t.insertOne({ a: 1 });
const bulk = db.users.initializeOrderedBulkOp();
bulk.find({ _id: 3 }).update({ $set: { b: 1 } });
bulk.execute();
print(db.users.countDocuments({ t: true }), db.users.getIndexes().length);`,
      });
      expect(await run({ files: ['s.mongodb.js'], framework: 'mongosh' })).toMatchObject({ code: 0, printed: '2 2' });
      expect((await documents('copy')).map(({ of }) => of as unknown)).toEqual([3, 2, 1]);
      expect(await documents('log')).toEqual([{ code: 11000 }]);
      expect(await cell('copy').countDocuments({ n: { $type: 'long' } })).toBe(1);
      expect(await cell('users').countDocuments({ b: 1 })).toBe(1);
      expect(await client.db('cell-beside').collection('t').countDocuments()).toBe(1);
    });

    it('rename a collection, and hear that it is done', async () => {
      write({ 's.mongodb.js': 'db.old.insertOne({ _id: 1 });\nprint(db.old.renameCollection("renamed").ok);' });
      expect(await run({ files: ['s.mongodb.js'], framework: 'mongosh' })).toMatchObject({ code: 0, printed: '1' });
      expect(await documents('renamed')).toHaveLength(1);
    });

    it.each([
      ['throws', `db.t.insertOne({ a: 1 });\nthrow new Error('enough');`, /Could not run s\.js: enough \(.*s\.js:2\)$/],
      ['is refused', 'db.t.insertMany([{ _id: 1 }, { _id: 1 }]);', /Could not run s\.js: E11000/],
      ['is no JavaScript', 'db.t.insertOne({ a: 1 };', /Could not run s\.js: SyntaxError: .*\(.*s\.js:1\)$/],
      ['ends the process', 'db.t.insertOne({}); process.exit(0);', /the process ended before the migration had/],
      [
        'calls what is not there',
        'db.t.noSuchMethod();',
        /Could not run s\.js: TypeError: db\.t\.noSuchMethod is not a function \(.*s\.js:1\)$/,
      ],
      ['rejects', 'await db.t.insertOne({ a: 1 });\nawait Promise.reject(new Error("later"));', /Could not run s\.js: later \(/],
    ])('and one that %s is reported in one line', async (_, text, said) => {
      write({ 's.js': text });
      expect(await run({ files: ['s.js'], framework: 'mongosh' })).toMatchObject({ code: 1, said: expect.stringMatching(said) });
    });

    it('and are left to mongosh where it is installed', async () => {
      write({ 'bin/mongosh': '#!/bin/sh\necho "mongosh got $@"\nexit ${STATUS:-0}\n', 's.js': '' });
      const { chmodSync } = await import('node:fs');
      chmodSync(join(folder, 'bin/mongosh'), 0o755);
      const path = `${join(folder, 'bin')}:${process.env.PATH}`;
      const order = { files: ['s.js'], framework: 'mongosh' } as const;
      expect(await run(order, { PATH: path })).toMatchObject({
        code: 0,
        printed: expect.stringMatching(/^mongosh got mongodb:\/\/.*--quiet --norc --file .*s\.js$/),
      });
      expect(await run(order, { PATH: path, STATUS: '3' })).toMatchObject({
        code: 1,
        said: expect.stringContaining('mongosh ended with status 3'),
      });
    });
  });
});
