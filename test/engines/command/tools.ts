import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { DatabaseAddress } from '../../../src/model/sandbox';

const pgModule = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

/**
 * A small migration tool of our own: a session that holds an advisory lock and writes the history, another that runs the migrations, and
 * named prepared statements with values in both. What it has applied is in `applied`, by name and batch.
 */
export const pooledTool = `
const { Pool } = require(${pgModule});
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', () => undefined);
const migrations = [
  ['001 cities', true, [
    ['CREATE TABLE cities (id int PRIMARY KEY, name text, seen timestamptz)'],
    ['INSERT INTO cities (id, name, seen) VALUES ($1, $2, now())', [1, "Val d'Or"]],
    ['INSERT INTO cities (id, name, seen) VALUES ($1, $2, now())', [2, null]],
  ]],
  ['002 people', false, [
    ['ALTER TABLE people ADD COLUMN city int'],
    ['UPDATE people SET city = $1 WHERE id % 2 = $2', [1, 0]],
  ]],
];
async function main() {
  const keeper = await pool.connect();
  const worker = await pool.connect();
  for (const client of [keeper, worker]) client.on('error', () => undefined);
  await keeper.query('SELECT pg_advisory_lock($1)', [4711]);
  await keeper.query('CREATE TABLE IF NOT EXISTS applied (id serial PRIMARY KEY, name text NOT NULL UNIQUE, batch int, at timestamptz DEFAULT now())');
  const done = await keeper.query('SELECT name, batch FROM applied');
  const batch = 1 + Math.max(0, ...done.rows.map((row) => row.batch));
  for (const [name, wrapped, statements] of migrations) {
    if (done.rows.some((row) => row.name === name)) continue;
    if (wrapped) await worker.query('BEGIN');
    for (const [text, values = []] of statements) await worker.query({ name: text.slice(0, 20), text, values });
    const record = ['INSERT INTO applied (name, batch) VALUES ($1, $2)', [name, batch]];
    if (wrapped) {
      await worker.query(...record);
      await worker.query('COMMIT');
    } else await keeper.query(...record);
  }
  await keeper.query('SELECT pg_advisory_unlock($1)', [4711]);
}
main().then(() => process.exit(0), (error) => { console.error(String(error)); process.exit(3); });
`;

/** Swallows every error, and starts again once when a connection is lost. */
export const stubbornTool = `
const { Client } = require(${pgModule});
async function attempt() {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  let lost = false;
  client.on('error', () => (lost = true));
  await client.connect();
  for (const text of ['CREATE TABLE IF NOT EXISTS a ()', 'CREATE TABLE IF NOT EXISTS b ()', 'CREATE TABLE IF NOT EXISTS c ()'])
    await client.query(text).catch((error) => { if (!error.severity || error.severity === 'FATAL') lost = true; });
  if (lost) throw new Error('lost');
  await client.end();
}
attempt().catch(() => attempt()).catch(() => undefined).then(() => process.exit(0));
`;

/** Does not end while its connection is open, and does not close that after an error. */
export const hangingTool = `
const { Client } = require(${pgModule});
const client = new Client({ connectionString: process.env.DATABASE_URL });
client.connect().then(() => client.query('CREATE TABLE a ()')).then(() => client.end()).catch(() => (process.exitCode = 1));
`;

/** One transaction that fills the column it has added, by a statement with values. */
export const fillingTool = `
const { Client } = require(${pgModule});
async function main() {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query('ALTER TABLE people ADD COLUMN city text');
  await client.query('UPDATE people SET city = $1 WHERE id > $2', ['Basel', 2]);
  await client.query('COMMIT');
  await client.end();
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
`;

/** Sends a batch of statements in one go, with a single Sync. */
export const pipeliningTool = `
const { Client } = require(${pgModule});
const { serialize } = require(require('node:path').join(${pgModule}, '..', '..', '..', 'pg-protocol'));
async function main() {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  client.on('error', (error) => { console.error(String(error)); process.exit(1); });
  await client.connect();
  const texts = ['CREATE TABLE first (n int)', 'INSERT INTO first VALUES (1)', 'CREATE TABLE second (n int)'];
  const batch = texts.flatMap((text) => [serialize.parse({ text }), serialize.bind({}), serialize.execute({})]);
  await new Promise((resolve, reject) => {
    const nothing = () => undefined;
    client.query({
      submit: (connection) => void connection.stream.write(Buffer.concat([...batch, serialize.sync()])),
      handleCommandComplete: nothing,
      handleError: reject,
      handleReadyForQuery: resolve,
    });
  });
  process.exit(0);
}
main().catch((error) => { console.error('pipeline failed:', String(error.message)); process.exit(1); });
`;

/** Runs a command as a user would, without Faultline. Gives its exit status. */
export function runDirectly(text: string, directory: string, address: DatabaseAddress): Promise<number | null> {
  const { host, port, user, password, database } = address;
  const env = { ...process.env, DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}` };
  const child = spawn(text, { cwd: directory, env, shell: true, stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}
