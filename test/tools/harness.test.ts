import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mongodbCommands } from '../../src/engines/mongodb/command/tools';
import { harnessCommand } from '../../src/engines/mongodb/harness-command';
import type { Sandbox } from '../../src/model/sandbox';
import { dockerMissing } from '../docker/docker';
import { startMongo } from '../docker/mongodb/servers';
import { requireOrSkip } from '../require';
import { program, root, withoutTools } from './tools';

const skip = withoutTools() || requireOrSkip('docker', await dockerMissing());

const migrations = {
  'migrations/20240101000000-users.js': `module.exports = {
  async up(db, client) {
    await db.collection('users').insertMany([{ _id: 1 }, { _id: 2 }]);
    await client.withSession((session) => session.withTransaction(() => db.collection('users').updateMany({}, { $set: { a: 1 } }, { session })));
  },
  async down(db) { await db.collection('users').deleteMany({}); },
};`,
  'migrations/20240102000000-index.js': `module.exports = {
  up: (db) => db.collection('users').createIndex({ a: 1 }),
  down: (db) => db.collection('users').dropIndex('a_1'),
};`,
};
const files = Object.keys(migrations);

const configuration = (more: string) => `module.exports = { mongodb: { url: process.env.MONGODB_URL, databaseName: 'shop', options: {} },
  migrationsDir: 'migrations', changelogCollectionName: 'changelog', migrationFileExtension: '.js', ${more} };`;

/** The program of ours sends what the real tool sends (mongo:8, in CI a stand-in and not mongod). */
describe.skipIf(skip)('migrations in code run as', () => {
  let sandbox: Sandbox;
  let folder: string;
  beforeAll(async () => {
    sandbox = await startMongo();
  });
  afterAll(() => sandbox?.dispose());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-harness-tools-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sandbox.dropDatabases(['real', 'ours']);
  });

  const write = (all: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  /** What it sends, without values that differ from run to run, in order. */
  const sent = async (text: string, database: string): Promise<readonly string[]> => {
    const { outcome, requests } = await mongodbCommands.record(
      { text, directory: folder },
      sandbox.address(database),
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ result: 'success' });
    return requests.map(({ sent: [request], texts: [shown = ''] }) => masked(request ?? shown));
  };
  const masked = (text: string): string =>
    text
      .replace(/(ISODate|ObjectId)\("[^"]*"\)|new Date\([^)]*\)/g, '$1()')
      .replace(/(migrationBlock: )\S+/g, '$1N')
      .replace(/NumberLong\("\d+"\)|Double\(\d+\)/g, 'N');
  const ours = (direction: 'up' | 'down', some: readonly string[] = files) =>
    harnessCommand({ framework: 'migrate-mongo', direction, files: some.map((file) => join(folder, file)) });

  it('migrate-mongo does: up, down, and up again', async () => {
    write({ ...migrations, 'migrate-mongo-config.js': configuration('useFileHash: false') });
    const real = `${program('migrate-mongo')}`;
    const up = await sent(`${real} up`, 'real');
    expect(up.length).toBeGreaterThan(5);
    expect(await sent(ours('up'), 'ours')).toEqual(up);
    expect(await sent(ours('down', files.slice(1)), 'ours')).toEqual(await sent(`${real} down`, 'real'));
    expect(await sent(ours('up'), 'ours')).toEqual(await sent(`${real} up`, 'real'));
    expect(await sent(ours('up'), 'ours')).toEqual(await sent(`${real} up`, 'real'));
  });

  it('migrate-mongo does with a lock and hashes; the tool does not await its index of the lock', async () => {
    write({ ...migrations, 'migrate-mongo-config.js': configuration("useFileHash: true, lockCollectionName: 'locks', lockTtl: 30") });
    const real = await sent(`${program('migrate-mongo')} up`, 'real');
    const own = await sent(ours('up'), 'ours');
    const isIndex = (text: string) => text.startsWith('db.locks.createIndex');
    expect(own.filter((text) => !isIndex(text))).toEqual(real.filter((text) => !isIndex(text)));
    expect(new Set(own.filter(isIndex))).toEqual(new Set(real.filter(isIndex)));
  });

  it('ts-migrate-mongoose does, but for questions that only its own file of options can answer', async () => {
    const typed = `import type { Connection } from 'mongoose';
export async function up(connection: Connection): Promise<void> { await connection.collection('users').insertOne({ _id: 1 as never }); }
export async function down(connection: Connection): Promise<void> { await connection.collection('users').deleteMany({}); }`;
    write({ 'migrations/1700000000000-add-users.ts': typed, 'package.json': '{ "type": "commonjs" }' });
    const cli = join(root, 'node_modules/ts-migrate-mongoose/dist/cli.js');
    const real = await sent(`node "${cli}" up --uri "{url}" --migrations-path migrations --autosync true`, 'real');
    const own = await sent(
      harnessCommand({ framework: 'ts-migrate-mongoose', direction: 'up', files: [join(folder, 'migrations/1700000000000-add-users.ts')] }),
      'ours',
    );
    const writes = (all: readonly string[]) =>
      all.filter((text) => /insert|update|delete/.test(text)).map((text) => text.replace(/\{.*/s, ''));
    expect(writes(own)).toEqual(writes(real));
  });
});
