import { describe, expect, it } from 'vitest';
import { simulateFiles, verdictsOf } from '../../engines/runner/simulating';
import { processesWith } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { containersOf, dockerMissing } from '../docker';

const skip = requireOrSkip('docker', await dockerMissing());

const before = `module.exports = { async up(db) { await db.collection('users').insertMany([{ _id: 1 }, { _id: 2 }]); } };`;
const options = {
  engine: 'mongodb',
  sandbox: 'docker',
  framework: 'migrate-mongo',
  rows: 0,
  faults: ['error'],
  points: ['before'],
} as const;

const simulated = (text: string, name = '20240102000000-change.js') =>
  simulateFiles({ '20240101000000-before.js': before, [name]: text }, name, options);

/** Whole simulations of migrations that are broken: said in one line or shown, and nothing left (mongo:8, in CI a stand-in and not mongod). */
describe.skipIf(skip)('a simulation of a migration in code', () => {
  const nothingLeft = async () => [await containersOf(process.pid), processesWith(process.env.FAULTLINE_HARNESS ?? 'harness.js')];

  it.each([
    [
      'is not valid JavaScript',
      `module.exports = { async up(db) {\n  const a = ;\n} };`,
      /SyntaxError: Unexpected token ';' \(.*change\.js:2\)/,
    ],
    ['has no up', 'module.exports = { down() {} };', /change\.js (shows no function up|is not a migration that migrate-mongo would run)/],
    [
      'throws before it does anything',
      `module.exports = { async up() { throw { reason: 7 }; } };`,
      /it threw \{"reason":7\}, which is no Error/,
    ],
    ['changes nothing', 'module.exports = { async up() {} };', /^The migration changes nothing: it was run on generated data/],
    ['ends the process at once', 'module.exports = { async up() { process.exit(0); } };', /the process ended before the migration had/],
    [
      'goes to another server',
      `const { MongoClient } = require('mongodb');
module.exports = { async up() { await new MongoClient('mongodb://' + ['127.0.0.1', 1].join(':') + '/?serverSelectionTimeoutMS=500').connect(); } };`,
      /Could not migrate up 20240102000000-change\.js: /,
    ],
  ])('that %s is refused in one line', async (_, text, message) => {
    const refused = await simulated(text).then(
      () => 'simulated',
      (error: Error) => error.message,
    );
    expect(refused).toMatch(message);
    expect(refused.split('\n')).toHaveLength(1);
    expect(await nothingLeft()).toEqual([[], []]);
  });

  it.each([
    ['throws in its middle', `throw new Error('no way');`],
    ['ends the process in its middle', 'process.exit(0);'],
    ['is refused by the server', `await db.collection('users').insertOne({ _id: 1 });`],
  ])('that %s is shown as one that fails by itself, with the way back', async (_, text) => {
    const simulation = await simulated(
      `module.exports = { async up(db) { await db.collection('users').updateMany({}, { $set: { a: 1 } }); ${text} } };`,
    );
    expect(simulation.cells.length).toBeGreaterThan(0);
    expect(simulation.cells.every(({ status }) => status !== 'failed')).toBe(true);
    expect(JSON.stringify(simulation)).toMatch(/no way|the process ended before|11000/);
    expect(await nothingLeft()).toEqual([[], []]);
  });

  it('that talks, and forgets a connection, is simulated like any other', async () => {
    const simulation = await simulated(`const { MongoClient } = require('mongodb');
module.exports = { async up(db) {
  console.log('ERROR: all is lost'); console.error('{"ok": 0}'); process.stdout.write('x'.repeat(50000));
  const other = await new MongoClient(process.env.MONGODB_URI).connect();
  await other.db().collection('users').updateMany({}, { $set: { a: 1 } });
  setInterval(() => undefined, 1000);
} };`);
    expect(simulation.statements.map(({ text }) => text)).toEqual(['db.users.updateMany({}, { $set: { a: 1 } })']);
    expect(Object.values(verdictsOf(simulation))).not.toContain('failed');
    expect(await nothingLeft()).toEqual([[], []]);
  });
});
