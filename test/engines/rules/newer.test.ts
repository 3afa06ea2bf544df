import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { allFeatures } from '../../../src/parse/postgres/newer/find';
import { codeOf, database, majors, startServer, withClient } from './server';

/** What the examples of all features are about. */
const setup = `
CREATE TABLE t (a int NOT NULL, b text, c int, g int GENERATED ALWAYS AS (a + 1) STORED);
CREATE TABLE u (a int, c int, PRIMARY KEY (a, c));
CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
`;

describe.each(majors)('what came after PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  it.each(allFeatures.map((feature) => [feature.since, feature.what, feature] as const))('%i: %s', async (since, _, feature) => {
    const address = await database(sandbox, `SET client_min_messages = error; ${setup}`);
    await withClient(address, async (client) => {
      // What an example needs first may be as new as itself.
      if (feature.setup !== undefined) for (const text of feature.setup.split('; ')) await codeOf(client.query(text));
      const code = await codeOf(client.query(feature.example));
      if (major >= since) expect(code, feature.example).toBe('accepted');
      else expect(code, `${feature.example} is refused`).not.toBe('accepted');
      await client.query('ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s').catch(() => {});
    });
    const { reports } = lintFolder({
      files: [{ path: '0001_x.sql', text: `${feature.example};\n` }],
      configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
    });
    const told = reports.flatMap(({ findings }) => findings).filter(({ rule }) => rule === 'newer-than-server');
    if (major >= since) expect(told.map(({ message }) => message)).toEqual([]);
    else expect(told.map(({ message }) => message).join()).toContain(feature.what);
  });

  it('a body is parsed when its function is made, and what it calls is not looked up', async () => {
    const address = await database(sandbox, setup);
    const make = (name: string, body: string) => `CREATE FUNCTION ${name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`;
    await withClient(address, async (client) => {
      const merge = await codeOf(client.query(make('m', 'MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE;')));
      expect(merge === 'accepted').toBe(major >= 15);
      expect(await codeOf(client.query(make('n', 'PERFORM uuidv7();')))).toBe('accepted');
      expect(await codeOf(client.query(make('o', "EXECUTE 'MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE';")))).toBe('accepted');
    });
  });
});
