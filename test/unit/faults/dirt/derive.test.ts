import { beforeAll, describe, expect, it } from 'vitest';
import { deriveDirt } from '../../../../src/faults/dirt/derive';
import type { DirtAnswer } from '../../../../src/faults/dirt/recipe';
import { emptyCatalog } from '../../../../src/model/catalog';
import { loadParser } from '../../../../src/parse/load';
import { readStatements } from '../../../../src/parse/postgres/read';
import { replay } from '../../../../src/schema/virtual-schema';

beforeAll(() => loadParser());

const base = `
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL, code char(3) UNIQUE);
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, nick varchar(40), team_id int, age text, price numeric(12,2), born date, data jsonb, kept_id int REFERENCES teams (id));
CREATE TABLE history (version text PRIMARY KEY);
`;

function statementsOf(text: string) {
  return readStatements(text, { start: 0, end: text.length }, {});
}

/** The answer for the last statement of the migration. */
function derived(migration: string, before = base): DirtAnswer {
  const catalog = replay(emptyCatalog, statementsOf(before));
  const statements = statementsOf(migration);
  const statement = statements.at(-1);
  if (statement === undefined) throw new Error('No statement.');
  const earlier = statements.slice(0, -1);
  return deriveDirt({ statement, earlier, before: catalog, current: replay(catalog, earlier), bookkeeping: ['public.history'] });
}

const kinds = (answer: DirtAnswer) =>
  answer.candidates.map(({ recipe, table, errors }) => `${recipe.kind} in ${table}: ${errors.join(' ')}`);

describe('what would break a statement', () => {
  it.each<[string, string, object]>([
    ['CREATE UNIQUE INDEX ON users (email)', 'equal keys in public.users: 23505', { keys: ['email'], nullsEqual: false }],
    ['CREATE UNIQUE INDEX ON users (lower(email), team_id)', 'equal keys in public.users: 23505', { columns: ['email', 'team_id'] }],
    [
      'CREATE UNIQUE INDEX ON users (nick) WHERE age IS NULL',
      'equal keys in public.users: 23505',
      { predicate: 'age IS NULL', columns: ['nick', 'age'] },
    ],
    ['CREATE UNIQUE INDEX ON users (nick) NULLS NOT DISTINCT', 'equal keys in public.users: 23505', { nullsEqual: true }],
    ['ALTER TABLE users ADD UNIQUE (nick)', 'equal keys in public.users: 23505', { keys: ['nick'] }],
    ['ALTER TABLE users ADD EXCLUDE USING btree (nick WITH =)', 'equal keys in public.users: 23P01', { keys: ['nick'] }],
    ['CREATE INDEX ON users (email)', 'value in public.users: 54000', { column: 'email' }],
    ["CREATE INDEX ON users (((data ->> 'n')::int))", 'expression fails in public.users: 22', {}],
    ['ALTER TABLE users ALTER nick SET NOT NULL', 'null in public.users: 23502', { column: 'nick' }],
    ['ALTER TABLE users ADD CHECK (nick IS NOT NULL)', 'condition false in public.users: 23514', { columns: ['nick'] }],
    [
      'ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams',
      'orphan in public.users: 23503',
      { parent: 'public.teams', parentColumns: ['id'] },
    ],
    [
      'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (team_id) REFERENCES teams (id) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT f',
      'orphan in public.users: 23503',
      { columns: ['team_id'] },
    ],
    [
      'ALTER TABLE users ADD CONSTRAINT c CHECK (price > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c',
      'condition false in public.users: 23514',
      { expression: 'price > 0' },
    ],
    [
      'ALTER TABLE users ALTER age TYPE integer USING age::integer',
      'conversion in public.users: 22 23 54000 0A000',
      { subcommand: 'ALTER COLUMN age TYPE integer USING age::integer' },
    ],
    ['ALTER TABLE users ALTER nick TYPE varchar(10)', 'conversion in public.users: 22 23 54000 0A000', { column: 'nick' }],
    ['ALTER TABLE users ADD COLUMN country text NOT NULL', 'any row in public.users: 23502', { rows: 1 }],
    ["ALTER TABLE users ADD COLUMN slug text UNIQUE DEFAULT 'x'", 'any row in public.users: 23505', { rows: 2 }],
    [
      'ALTER TABLE users ADD COLUMN n int GENERATED ALWAYS AS (age::int) STORED',
      'expression fails in public.users: 22',
      { expression: 'age::int' },
    ],
    ["INSERT INTO teams (id, name) VALUES (7, 'seven')", 'given in public.teams: 23505', { values: [{ column: 'id', value: '7' }] }],
    [
      "INSERT INTO teams (name, code) VALUES ('seven', 'SEV')",
      'given in public.teams: 23505',
      { values: [{ column: 'code', value: "'SEV'" }] },
    ],
    ["DELETE FROM teams WHERE name = 'old'", 'referring in public.users: 23503 23001', { parent: 'public.teams', where: "name = 'old'" }],
  ])('%s', (migration, expected, recipe) => {
    const answer = derived(migration);
    expect(kinds(answer)[0]).toBe(expected);
    expect(answer.candidates[0]?.recipe).toMatchObject(recipe);
  });

  it('follows renames back to the names of before', () => {
    const renamed = derived(
      'ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME email TO mail; CREATE UNIQUE INDEX ON people (lower(mail))',
    );
    expect(renamed.candidates[0]).toMatchObject({
      table: 'public.users',
      recipe: { kind: 'equal keys', keys: ['(lower(email))'], columns: ['email'] },
    });
  });

  it('looks for rows that lead to a NULL in a column that the migration fills', () => {
    const answer = derived(
      'ALTER TABLE users ADD COLUMN currency text; UPDATE users SET currency = age; ALTER TABLE users ALTER currency SET NOT NULL',
    );
    expect(answer.candidates[0]).toMatchObject({ table: 'public.users', errors: ['23502'], recipe: { kind: 'null', column: 'age' } });
  });

  it('looks into the tables from which a new table is filled', () => {
    const answer = derived('CREATE TABLE people AS SELECT id, nick FROM users; CREATE UNIQUE INDEX ON people (nick)');
    expect(answer.candidates[0]).toMatchObject({
      table: 'public.users',
      errors: ['23505'],
      recipe: { kind: 'equal keys', columns: ['nick'] },
    });
  });

  it('an update is broken by what it reads, not by what it only writes', () => {
    const tables = (migration: string) =>
      derived(migration).candidates.map(({ recipe }) => ('column' in recipe ? recipe.column : recipe.kind));
    expect(new Set(tables('UPDATE users SET price = price * 2'))).toEqual(new Set(['price', 'equal keys']));
    expect(new Set(tables('UPDATE users SET price = age::int'))).toEqual(new Set(['age', 'equal keys']));
    expect(derived('UPDATE users SET price = price * 2').candidates).toContainEqual(
      expect.objectContaining({ recipe: { kind: 'value', column: 'price', value: '9999999999.99' } }),
    );
  });

  it('a domain is asked in every column that has it', () => {
    const answer = derived(
      'ALTER DOMAIN label ADD CHECK (length(value) < 5)',
      'CREATE DOMAIN label AS text; CREATE TABLE t (id int, l label)',
    );
    expect(answer.candidates[0]).toMatchObject({
      table: 'public.t',
      recipe: { kind: 'condition false', expression: 'length(l) < 5', columns: ['l'] },
    });
  });

  it('a bound is asked of the server', () => {
    const before = 'CREATE TABLE m (id int, at date) PARTITION BY RANGE (at); CREATE TABLE p (id int, at date)';
    const answer = derived("ALTER TABLE m ATTACH PARTITION p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')", before);
    expect(answer.candidates[0]).toMatchObject({ table: 'public.p', recipe: { kind: 'bound', parent: 'public.m', side: 'outside' } });
  });
});

describe('what no row can break', () => {
  it.each<[string, RegExp]>([
    ['COMMENT ON TABLE users IS $$x$$', /changes the catalog alone/],
    ['ALTER TABLE users DROP COLUMN nick', /changes the catalog alone/],
    ['CREATE UNIQUE INDEX ON users (id, team_id)', /users_pkey sees to it already/],
    ['ALTER TABLE users ALTER email SET NOT NULL', /NOT NULL already/],
    ['ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams NOT VALID', /NOT VALID/],
    ['ALTER TABLE users ADD FOREIGN KEY (kept_id) REFERENCES teams (id)', /sees to it already/],
    ['ALTER TABLE users ADD COLUMN x int', /same new value, or none/],
    ['CREATE TABLE new (id int); CREATE UNIQUE INDEX ON new (id)', /puts nothing of before into it/],
    ["ALTER TABLE users ADD COLUMN c text DEFAULT 'EUR'; ALTER TABLE users ALTER c SET NOT NULL", /gets its default/],
    ["INSERT INTO teams (name) VALUES ('x')", /no key of their own/],
    ["INSERT INTO teams (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING", /ON CONFLICT/],
    ['UPDATE users SET age = nick', /No constraint is on what it sets/],
    ["UPDATE users SET email = 'none'", /No row was found/],
    ["INSERT INTO history VALUES ('1')", /makes this table itself/],
  ])('%s', (migration, why) => {
    expect(derived(migration)).toMatchObject({ candidates: [], otherwise: expect.stringMatching(why) });
  });
});
