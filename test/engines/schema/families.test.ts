import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { type Catalog, emptyCatalog, relationKey } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { replay } from '../../../src/schema/virtual-schema';
import { roundTrips } from '../rollback/round-trip';
import { database, majors, startServer, withClient } from '../rules/server';
import { families } from './families';

describe.each(majors)('families of tables on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const cases = Object.entries(families).filter(([, { from = 0, until = 99 }]) => from <= major && major <= until);
  it.each(cases)('%s', async (_, { migrations }) => {
    let virtual: Catalog = emptyCatalog;
    const address = await database(sandbox, '');
    await withClient(address, async (client) => {
      for (const [place, text] of migrations.entries()) {
        const statements = readStatements(text, { start: 0, end: text.length }, {});
        for (const { sent } of statements) await client.query(sent);
        virtual = replay(virtual, statements, { name: 'postgres', major });
        const live = (await captureState(client, { bookkeepingTables: [], volatile: {} })).catalog;
        expect(essence(virtual, major), `after migration ${place + 1}`).toEqual(essence(live, major));
      }
    });
  });
});

/** Each of them undone by what is generated from the texts alone, and run again. */
describe.each(majors)('families of tables, there and back, on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const cases = Object.entries(families).filter(([, { from = 0, until = 99 }]) => from <= major && major <= until);
  it.each(cases)('%s', async (_, { migrations }) => {
    const files = migrations.map((text, place) => ({ path: `V${place + 1}__m.sql`, text }));
    for (const outcome of await roundTrips(sandbox, { framework: 'flyway', major, files })) {
      const shown = `${outcome.title}\n${outcome.down?.statements.join('\n')}`;
      expect(['compared', 'said', 'no effect'], `${'why' in outcome ? outcome.why : ''}\n${shown}`).toContain(outcome.kind);
      if (outcome.kind === 'compared') expect(outcome.differences, shown).toEqual([]);
    }
  });
});

/** What both must agree on: names, and what comes from a parent. Texts are the server's own on one side, the migration's on the other. */
function essence(catalog: Catalog, major: number) {
  return Object.fromEntries(
    catalog.tables
      .map((table) => {
        const parts = <T extends { readonly name: string }>(list: readonly T[], shown: (part: T) => string) => list.map(shown).sort();
        const flag = ({ inherited }: { readonly inherited?: boolean }) => (inherited === true ? ' (from parent)' : '');
        return [
          relationKey(table),
          {
            kind: table.kind,
            parents: table.partitionOf?.parent ?? table.inherits ?? [],
            columns: table.columns.map(
              (column) =>
                `${column.name} ${column.type}${column.notNull ? ' NOT NULL' : ''}${column.default === undefined ? '' : ' DEFAULT'}${column.identityKind ?? ''}${flag(column)}`,
            ),
            constraints: parts(
              // Version 18 has every NOT NULL as a constraint, and foreign keys to a partitioned table one more for each partition.
              table.constraints.filter(
                ({ kind, inherited, references }) =>
                  kind !== 'not null' &&
                  !(
                    kind === 'foreign key' &&
                    inherited &&
                    catalog.tables.some((other) => relationKey(other) === references && other.partitionOf)
                  ),
              ),
              (part) => `${part.kind} ${part.name} (${[...part.columns].sort().join()})${part.validated ? '' : ' NOT VALID'}${flag(part)}`,
            ),
            indexes: parts(
              table.indexes,
              (part) => `${part.name} of ${part.constraint ?? 'none'}${part.unique ? ' unique' : ''}${flag(part)}`,
            ),
            // Before version 15 the server counts those of partitions among its own.
            triggers: parts(
              table.triggers.filter(({ inherited }) => major >= 15 || inherited !== true),
              (part) => `${part.name} ${part.enabled}${flag(part)}`,
            ),
          },
        ] as const;
      })
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
