import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import { executeSteps } from '../../../src/engines/mysql/steps';
import { type Catalog, emptyCatalog, type Table } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { catalogChanges } from '../../../src/rollback/changes';
import { exchangedMysqlColumns } from '../../../src/rollback/mysql/exchanged-columns';
import { replay, replaySteps } from '../../../src/schema/virtual-schema';
import { canonicalCatalog } from '../../../src/state/canonical';
import { catalogDifferences } from '../../../src/state/difference-catalog';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';
import { examples, shop } from './up-down-examples';

const skip = requireOrSkip('docker', await dockerMissing());
const parallel = 4;

describe.skipIf(skip).each(servers)('a change of the schema on $label', ({ engine, name, ...server }) => {
  let sandbox: Sandbox;
  let before: State;
  const signal = new AbortController().signal;
  const capture = (database: string) => mysqlEngine.captureState(sandbox.address(database), { bookkeepingTables: [], volatile: {} });

  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer({ engine, name, ...server });
    await sandbox.createDatabase('shop');
    expect(await executeSteps(sandbox.address('shop'), [shop], signal)).toEqual({ ok: true });
    before = await capture('shop');
  });
  afterAll(() => sandbox?.dispose());

  it('leaves what the virtual schema says, and is taken back to what was there, columns in their order', async () => {
    const wrong: string[] = [];
    const known = examples.filter(({ only }) => only === undefined || only === name);
    expect(known.length).toBeGreaterThan(60);
    const left = known.map((example, place) => ({ ...example, database: `up_${place}` }));
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) wrong.push(...(await upAndDown(next.up, next.database)));
    };
    await Promise.all(Array.from({ length: parallel }, work));
    expect(wrong).toEqual([]);
  });

  it('is what the virtual schema makes of the statements from nothing', () => {
    const virtual = replay(emptyCatalog, readText(shop, engine), engine);
    expect(catalogDifferences(tablesOf(virtual), tablesOf(before.catalog))).toEqual([]);
  });

  async function upAndDown(up: string, database: string): Promise<string[]> {
    await sandbox.cloneDatabase('shop', database);
    try {
      const done = await executeSteps(sandbox.address(database), [up], signal);
      if (!done.ok) return [`${up}: ${done.error.message}`];
      const live = await capture(database);
      const statements = readText(up, engine);
      const virtual = replay(before.catalog, statements, engine);
      const apart = catalogDifferences(byName(tablesOf(virtual)), byName(tablesOf(live.catalog)));
      const changes = catalogChanges(identified(live.catalog, virtual), before.catalog, {
        engine,
        exchanged: exchangedMysqlColumns(statements, replaySteps(before.catalog, statements, engine), before.catalog, virtual, engine)
          .apart,
      });
      const texts = changes.filter(({ needs }) => needs === undefined).map(({ text }) => text);
      const undone = await executeSteps(sandbox.address(database), texts, signal);
      if (!undone.ok) return [`${up}: ${undone.error.message} in ${texts.join(' ')}`];
      const reached = await capture(database);
      // NOT NULL of a column that came back empty waits for its values.
      const waits = changes.some(({ needs }) => needs !== undefined);
      const differs = !waits && canonicalCatalog(reached.catalog) !== canonicalCatalog(before.catalog);
      return [
        ...apart.map((difference) => `${up}: the virtual schema is another one: ${JSON.stringify(difference)}`),
        ...(differs ? [`${up}: ${JSON.stringify(catalogDifferences(before.catalog, reached.catalog))} after ${texts.join(' ')}`] : []),
      ];
    } finally {
      await sandbox.dropDatabases([database]);
    }
  }
});

/** What both know in the same words: a live view is spelled out, and privileges are the server's. */
function tablesOf(catalog: Catalog): Catalog {
  const tables = catalog.tables.map(({ columnOrder: _, grants: __, ...table }): Table => table);
  return { ...emptyCatalog, tables };
}

function byName(catalog: Catalog): Catalog {
  return { ...catalog, tables: catalog.tables.map((table) => ({ ...table, identity: table.name })) };
}

/** The live catalog with the identities that the statements gave: a rename is known by them alone. */
function identified(live: Catalog, virtual: Catalog): Catalog {
  const tables = live.tables.map((table) => {
    const known = virtual.tables.find((other) => other.name === table.name);
    const columns = table.columns.map((column) => ({
      ...column,
      identity: known?.columns.find((other) => other.name === column.name)?.identity ?? column.identity,
    }));
    return { ...table, identity: known?.identity ?? table.identity, columns };
  });
  return { ...live, tables };
}
