import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { replay } from '../../../src/schema/virtual-schema';
import { database, majors, startServer, withClient } from '../rules/server';

const tables = `CREATE TABLE people (id int PRIMARY KEY, name text, age int); CREATE TABLE pets (id int, people_id int, kind text, "Näme" text);`;

/** Views, and renames under them. The text that the virtual schema has then must say what the server's view says. */
const told: Readonly<Record<string, readonly [view: string, renames: string]>> = {
  'a column in all places': [
    "SELECT name, lower(name) AS low, name::varchar(9) AS short, count(*) AS n FROM people WHERE name <> 'name' GROUP BY name ORDER BY name",
    'ALTER TABLE people RENAME COLUMN name TO title',
  ],
  'a column under an alias of its table': [
    'SELECT p.id, p.name, t.kind AS name2 FROM people AS p JOIN pets t ON t.people_id = p.id WHERE p.name > t.kind',
    'ALTER TABLE people RENAME COLUMN name TO "Full Name"; ALTER TABLE pets RENAME COLUMN kind TO name',
  ],
  'a column without its table, beside another table': [
    'SELECT name, kind, "Näme" AS "é", age FROM people, pets WHERE people_id = people.id',
    'ALTER TABLE people RENAME COLUMN name TO title; ALTER TABLE pets RENAME COLUMN people_id TO person',
  ],
  'a table, and its columns by its name': [
    'SELECT people.id, people.name AS people, pets.kind FROM people JOIN public.pets ON pets.people_id = people.id ORDER BY people.age',
    'ALTER TABLE people RENAME TO persons; ALTER TABLE pets RENAME TO animals; ALTER TABLE persons RENAME COLUMN age TO years',
  ],
  'a table in another schema': [
    'SELECT people.name FROM people WHERE EXISTS (SELECT 1 FROM pets WHERE pets.people_id = people.id)',
    'CREATE SCHEMA app; ALTER TABLE people SET SCHEMA app; ALTER TABLE app.people RENAME TO persons',
  ],
  'a column that an output of another expression is called after': [
    'SELECT age + 1 AS name, id FROM people ORDER BY name',
    'ALTER TABLE people RENAME COLUMN name TO title; ALTER TABLE people RENAME COLUMN age TO name',
  ],
  'qualified names beside a sub-query': [
    'SELECT p.name, s.n FROM people p JOIN (SELECT people_id, count(*) AS n FROM pets GROUP BY people_id) s ON s.people_id = p.id',
    'ALTER TABLE people RENAME COLUMN name TO title',
  ],
};

/** Where the text does not tell, that is said. */
const untold: Readonly<Record<string, readonly [view: string, renames: string]>> = {
  'a table whose new name the query has already': [
    'SELECT people.name, pets.age FROM people JOIN people AS pets ON pets.id = people.id',
    'ALTER TABLE pets RENAME TO others; ALTER TABLE people RENAME TO pets',
  ],
  'a new name that another table has': ['SELECT name, kind FROM people, pets', 'ALTER TABLE people RENAME COLUMN name TO kind'],
  'all columns': ['SELECT * FROM people', 'ALTER TABLE people RENAME COLUMN name TO title'],
  'a column of one of two': [
    'SELECT name FROM people JOIN (SELECT id AS x FROM pets) s ON x = people.id',
    'ALTER TABLE people RENAME COLUMN name TO title',
  ],
  USING: ['SELECT people.name FROM people JOIN pets USING (id)', 'ALTER TABLE people RENAME COLUMN id TO no'],
  'a CTE': ['WITH people AS (SELECT kind AS name FROM pets) SELECT name FROM people', 'ALTER TABLE pets RENAME COLUMN kind TO sort'],
};

const read = (text: string) => readStatements(text, { start: 0, end: text.length }, {});

describe.each(majors)('views over what is renamed, on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  it.each(Object.entries(told))('%s', async (_, [view, renames]) => {
    const script = `${tables} CREATE VIEW v AS ${view}; ${renames};`;
    const known = replay(emptyCatalog, read(script)).definitions.find(({ name }) => name === 'v');
    expect(known?.isOutdated).toBeUndefined();
    await withClient(await database(sandbox, ''), async (client) => {
      for (const { sent } of read(script)) await client.query(sent);
      const shown = async () => (await client.query<{ text: string }>("SELECT pg_get_viewdef('v') AS text")).rows[0]?.text;
      const own = await shown();
      await client.query('DROP VIEW v');
      await client.query(known?.definition ?? '');
      const again = await shown();
      const plain = (text: string | undefined) => text?.replaceAll(/\bpublic\./g, '').replaceAll(/\s+/g, ' ');
      expect(plain(again), known?.definition).toBe(plain(own));
    });
  });

  it.each(Object.entries(untold))('not told: %s', async (_, [view, renames]) => {
    const known = replay(emptyCatalog, read(`${tables} CREATE VIEW v AS ${view}; ${renames};`)).definitions.find(
      ({ name }) => name === 'v',
    );
    expect(known?.isOutdated).toBe(true);
  });
});
