import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureBaseline, captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import { migrateMongo } from '../../../src/frameworks/code/migrate-mongo';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Engine } from '../../../src/model/engine';
import type { Migration } from '../../../src/model/migration';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { type GeneratedDown, generateDown } from '../../../src/rollback/down';
import { keepAside } from '../../../src/rollback/keep-aside';
import { replay } from '../../../src/schema/virtual-schema';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { run } from './recovery-scene';
import { rollbackBase, rollbackCases } from './rollback-cases';
import { clientOf, startMongo } from './servers';

const engine: Engine = { name: 'mongodb', major: 8 };
const skip = requireOrSkip('docker', await dockerMissing());
const virtual = replay(emptyCatalog, readText(rollbackBase, engine), engine);

function migrationOf(up: string): Migration {
  const span = { start: 0, end: up.length };
  const execution = { requests: 'per-statement', wrapped: false, because: '' } as const;
  const statements = readText(up, engine);
  return { id: 'm', title: 'm.js', framework: 'command', engine, up: { direction: 'up', path: 'm.js', span, statements, execution } };
}

function downOf(migration: Migration): GeneratedDown {
  return generateDown(migration, virtual, replay(virtual, migration.up.statements, engine));
}

describe.skipIf(skip)('up and then the generated down, on the mongo:8 stand-in', () => {
  let sandbox: Sandbox;
  let before: State;
  let capture: (database: string) => Promise<State>;
  let databases = 0;
  let folder: string;

  beforeAll(async () => {
    await loadParser();
    // Within the project, so that the code finds the driver.
    folder = await mkdtemp(join(import.meta.dirname, '.rollback-'));
    sandbox = await startMongo();
    await run(sandbox, 'before', [rollbackBase]);
    const options = { bookkeepingTables: [], volatile: {}, columnHashes: true };
    const baseline = await captureBaseline(sandbox.address('before'), options);
    before = baseline.state;
    capture = (database) => captureState(sandbox.address(database), { ...options, baseline });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await sandbox?.dispose();
  });

  /** The states after up, and after up and down. */
  async function thereAndBack(up: string, down: readonly string[]): Promise<{ readonly there: State; readonly back: State }> {
    const database = `b${++databases}`;
    await sandbox.cloneDatabase('before', database);
    try {
      await run(sandbox, database, [up]);
      const there = await capture(database);
      await run(sandbox, database, down);
      return { there, back: await capture(database) };
    } finally {
      await sandbox.dropDatabases([database]);
    }
  }

  function differences(state: State, down: GeneratedDown): readonly string[] {
    if (fingerprint(maskLost(state, down.losses)) === fingerprint(maskLost(before, down.losses))) return [];
    const found = stateDifferences(before, state).map(({ kind, name, change, detail }) => `${kind} ${name} ${change} ${detail}`);
    return [...found, down.statements.join('\n')];
  }

  it('the virtual schema is the one that the server shows', async () => {
    const shown = before.catalog.tables.map(({ name, options, indexes }) => ({
      name,
      options,
      indexes: indexes.map((index) => [index.name, index.definition]),
    }));
    const meant = virtual.tables.map(({ name, options, indexes }) => ({
      name,
      options,
      indexes: indexes.map((index) => [index.name, index.definition]),
    }));
    const sorted = (all: typeof shown) => all.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    expect(sorted(shown)).toEqual(sorted(meant));
  });

  it.each(rollbackCases)('$name', async ({ up, back, says }) => {
    const down = downOf(migrationOf(up));
    const states = await thereAndBack(up, down.statements);
    // An up that does nothing would be undone by anything.
    expect(fingerprint(states.there)).not.toBe(fingerprint(before));
    expect(differences(states.back, down)).toEqual([]);
    if (back === 'all') expect(down).toMatchObject({ irreversible: [], losses: [], restoresSchema: true });
    else expect(down.irreversible.join('\n')).toMatch(says ?? /./);
  });

  it.each(rollbackCases)('$name, taken back by calls of the driver', async ({ up }) => {
    const migration = migrationOf(up);
    const down = downOf(migration);
    const text = 'module.exports = {\n  async up(db, client) {},\n  async down(db, client) {},\n};\n';
    const placed = migrateMongo.placeDown(migration, [{ path: migration.up.path, text }], down.statements);
    if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
    const code = text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
    expect(code).not.toContain('By hand');
    const database = `b${++databases}`;
    await sandbox.cloneDatabase('before', database);
    const client = await clientOf(sandbox);
    try {
      await run(sandbox, database, [up]);
      const path = join(folder, `${database}.cjs`);
      await writeFile(path, code);
      const { down: takeBack } = createRequire(import.meta.url)(path) as { down(db: Db, client: MongoClient): Promise<void> };
      await takeBack(client.db(database), client);
      expect(differences(await capture(database), down)).toEqual([]);
    } finally {
      await client.close();
      await sandbox.dropDatabases([database]);
    }
  });

  const lossy = rollbackCases.filter(({ up }) => keepAside(migrationOf(up), virtual).edits.length > 0);

  it('most of what is lost could be kept aside', () => {
    expect(lossy.length).toBeGreaterThanOrEqual(6);
  });

  it.each(lossy)('$name, with what it would destroy kept aside', async ({ up }) => {
    const { edits } = keepAside(migrationOf(up), virtual);
    let changed = up;
    for (const { span, newText } of edits.toReversed()) changed = changed.slice(0, span.start) + newText + changed.slice(span.end);
    const down = downOf(migrationOf(changed));
    const states = await thereAndBack(changed, down.statements);
    expect(differences(states.back, down)).toEqual([]);
  });
});
