import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, emptyCatalog } from '../../../src/model/catalog';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { findColumn, findIndex, findTable } from '../../../src/schema/lookup';
import { replay, replaySteps } from '../../../src/schema/virtual-schema';

beforeAll(loadParser);

const statements = (text: string) => readStatements(text, { start: 0, end: text.length }, {});
const replayed = (text: string, before: Catalog = emptyCatalog) => replay(before, statements(text));
const table = (catalog: Catalog, name: string) => {
  const found = findTable(catalog, { name });
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

describe('identities', () => {
  it('survive renames of tables and columns', () => {
    const before = replayed('CREATE TABLE a (x int, y int);');
    const renamed = replayed('ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN x TO z;', before);
    expect(table(renamed, 'b').identity).toBe(table(before, 'a').identity);
    expect(findColumn(table(renamed, 'b'), 'z')?.identity).toBe(findColumn(table(before, 'a'), 'x')?.identity);
    expect(findTable(renamed, { name: 'a' })).toBeUndefined();
  });

  it('are never given twice, also not after a drop and in a later replay', () => {
    const first = replayed('CREATE TABLE a (x int);');
    const dropped = replayed('DROP TABLE a;', first);
    const second = replayed('CREATE TABLE a (x int);', dropped);
    expect(table(second, 'a').identity).not.toBe(table(first, 'a').identity);
  });

  it('continue behind those of a live catalog', () => {
    const live: Catalog = { ...emptyCatalog, schemas: [{ identity: '24000', name: 'app' }] };
    expect(Number(table(replayed('CREATE TABLE a (x int);', live), 'a').identity)).toBeGreaterThan(24000);
  });
});

describe('exclusion constraints without a name', () => {
  it('are called by their columns, and by the functions of their expressions', () => {
    const catalog = replayed(`CREATE TABLE s (a int, st timestamptz, e timestamptz, h inet, d tstzrange);
      ALTER TABLE s ADD EXCLUDE USING gist (tstzrange(st, e) WITH &&, h inet_ops WITH =);
      ALTER TABLE s ADD EXCLUDE USING gist (tstzrange(st, e) WITH &&) WHERE (a > 1);
      ALTER TABLE s ADD EXCLUDE USING gist ((tstzrange(st, e) * d) WITH &&);
      ALTER TABLE s ADD EXCLUDE USING gist (d WITH &&, a WITH =) INCLUDE (st);`);
    expect(table(catalog, 's').constraints.map(({ name }) => name)).toEqual([
      's_tstzrange_h_excl',
      's_tstzrange_excl',
      's_expr_excl',
      's_d_a_excl',
    ]);
  });
});

describe('tables that were never created here', () => {
  it('are there, and known to be incomplete', () => {
    const catalog = replayed('ALTER TABLE app.a ADD COLUMN x int NOT NULL DEFAULT 1;');
    const unseen = findTable(catalog, { schema: 'app', name: 'a' });
    expect(unseen).toMatchObject({ complete: false, columns: [{ name: 'x', notNull: true, default: '1' }] });
  });

  it('become complete when they are created after all', () => {
    const catalog = replayed('ALTER TABLE a ADD COLUMN x int; CREATE TABLE a (y int);');
    expect(table(catalog, 'a').complete).toBe(true);
    expect(table(catalog, 'a').columns.map((column) => column.name)).toEqual(['y']);
  });
});

describe('columns', () => {
  it('keep what stands beside them', () => {
    const catalog = replayed(
      'CREATE TABLE a (id bigserial PRIMARY KEY, k int UNIQUE, n numeric(10,2) NOT NULL DEFAULT 0, g int GENERATED ALWAYS AS IDENTITY);',
    );
    expect(table(catalog, 'a').columns.map(({ identity: _, ...column }) => column)).toEqual([
      { name: 'id', type: 'bigint', notNull: true, default: "nextval('a_id_seq'::regclass)" },
      { name: 'k', type: 'integer', notNull: false },
      { name: 'n', type: 'numeric(10,2)', notNull: true, default: '0' },
      { name: 'g', type: 'integer', notNull: true, identityKind: 'always' },
    ]);
    expect(catalog.sequences.map((sequence) => [sequence.name, sequence.ownedBy])).toEqual([
      ['a_id_seq', { table: 'public.a', column: 'id', internal: false }],
      ['a_g_seq', { table: 'public.a', column: 'g', internal: true }],
    ]);
  });

  it('take constraints, indexes and sequences with them', () => {
    const catalog = replayed(
      'CREATE TABLE a (id serial, b int, c int, CHECK (b > c), UNIQUE (b, c)); CREATE INDEX i ON a (lower(b::text)); CREATE INDEX j ON a (c); ALTER TABLE a DROP COLUMN b, DROP COLUMN id;',
    );
    expect(table(catalog, 'a').constraints).toEqual([]);
    expect(table(catalog, 'a').indexes.map((index) => index.name)).toEqual(['j']);
    expect(catalog.sequences).toEqual([]);
  });

  it('are renamed inside definitions, not in strings', () => {
    const catalog = replayed(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE a (x text CHECK (x <> 'x'), p int REFERENCES p (id)); CREATE INDEX i ON a (x) WHERE x <> 'x'; ALTER TABLE a RENAME x TO z; ALTER TABLE p RENAME id TO key;",
    );
    const [check, foreign] = table(catalog, 'a').constraints;
    expect(check?.definition).toContain("z <> 'x'");
    expect(foreign?.definition).toContain('(key)');
    expect(findIndex(catalog, { name: 'i' })?.index).toMatchObject({ keys: ['z'], definition: "CREATE INDEX i ON a (z) WHERE z <> 'x'" });
  });
});

describe('constraints', () => {
  it('on an index take it over', () => {
    const catalog = replayed(
      'CREATE TABLE a (x int); CREATE UNIQUE INDEX i ON a (x); ALTER TABLE a ADD CONSTRAINT k PRIMARY KEY USING INDEX i;',
    );
    expect(table(catalog, 'a').indexes).toMatchObject([{ name: 'k', constraint: 'k' }]);
    expect(table(catalog, 'a').constraints).toMatchObject([{ name: 'k', columns: ['x'], definition: 'PRIMARY KEY (x)' }]);
    expect(findColumn(table(catalog, 'a'), 'x')?.notNull).toBe(true);
  });

  it('become valid by VALIDATE', () => {
    const catalog = replayed('CREATE TABLE a (x int); ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) NOT VALID;');
    expect(table(catalog, 'a').constraints[0]?.validated).toBe(false);
    expect(table(replayed('ALTER TABLE a VALIDATE CONSTRAINT c;', catalog), 'a').constraints[0]?.validated).toBe(true);
  });

  it('NOT NULL NOT VALID makes the column NOT NULL once validated', () => {
    const catalog = replayed('CREATE TABLE a (x int); ALTER TABLE a ADD CONSTRAINT c NOT NULL x NOT VALID;');
    expect(findColumn(table(catalog, 'a'), 'x')?.notNull).toBe(false);
    expect(findColumn(table(replayed('ALTER TABLE a VALIDATE CONSTRAINT c;', catalog), 'a'), 'x')?.notNull).toBe(true);
  });

  it('of other tables follow a rename of the table, and go with DROP ... CASCADE', () => {
    const before = replayed('CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE a (p int REFERENCES p);');
    expect(table(replayed('ALTER TABLE p RENAME TO q;', before), 'a').constraints).toMatchObject([{ references: 'public.q' }]);
    expect(table(replayed('DROP TABLE p CASCADE;', before), 'a').constraints).toEqual([]);
  });
});

describe('other objects', () => {
  it('keep their definitions, and follow renames', () => {
    const catalog = replayed(
      "CREATE TABLE a (x int); CREATE VIEW v AS SELECT x FROM a; CREATE TYPE mood AS ENUM ('b'); ALTER TYPE mood ADD VALUE 'a' BEFORE 'b'; ALTER TABLE a RENAME TO z; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
    );
    expect(catalog.definitions).toMatchObject([
      { kind: 'view', name: 'v', dependsOn: ['public.z'], definition: 'CREATE VIEW v AS SELECT x FROM z' },
      { kind: 'function', name: 'f' },
    ]);
    expect(catalog.types).toMatchObject([{ name: 'mood', labels: ['a', 'b'] }]);
  });

  it('go with their schema', () => {
    const catalog = replayed('CREATE SCHEMA s; CREATE TABLE s.a (id serial); CREATE VIEW s.v AS SELECT 1; DROP SCHEMA s CASCADE;');
    expect({ ...catalog, nextIdentity: 0 }).toEqual({ ...emptyCatalog, nextIdentity: 0 });
  });

  it('lie where search_path says', () => {
    const catalog = replayed('CREATE SCHEMA s; SET search_path TO s; CREATE TABLE a (x int); ALTER TABLE a ADD y int;');
    expect(catalog.tables).toMatchObject([{ schema: 's', name: 'a', columns: [{ name: 'x' }, { name: 'y' }] }]);
  });

  it.each([
    ["SELECT pg_catalog.set_config('search_path', 's', false); CREATE TABLE a (x int);", 's'],
    ['SET search_path TO s; RESET search_path; CREATE TABLE a (x int);', 'public'],
    ['SET search_path TO s; RESET ALL; CREATE TABLE a (x int);', 'public'],
    ["BEGIN; SELECT set_config('search_path', 's', true); COMMIT; CREATE TABLE a (x int);", 'public'],
  ])('lie where the setting of the moment says: %s', (text, schema) => {
    expect(replayed(`CREATE SCHEMA s; ${text}`).tables).toMatchObject([{ schema, name: 'a' }]);
  });

  it('have the options of a sequence', () => {
    const catalog = replayed('CREATE SEQUENCE s AS int INCREMENT BY -2 MAXVALUE 10 START WITH 4 NO CYCLE CACHE 5;');
    expect(catalog.sequences).toMatchObject([
      { dataType: 'integer', increment: '-2', maximum: '10', start: '4', cache: '5', cycle: false },
    ]);
  });
});

describe('steps', () => {
  it('give the schema before each statement, and share what does not change', () => {
    const steps = replaySteps(emptyCatalog, statements('CREATE TABLE a (x int); INSERT INTO a VALUES (1); DROP TABLE a;'));
    expect(steps.map((catalog) => catalog.tables.length)).toEqual([0, 1, 1, 0]);
    expect(steps[1]).toBe(steps[2]);
  });
});

describe('DO blocks', () => {
  const block = (body: string) => replayed(`CREATE TABLE a (x int); DO $$ BEGIN ${body} END $$;`);
  const columns = (catalog: Catalog) => table(catalog, 'a').columns.map((column) => column.name);

  it('leave what their statements make, whatever rows they change besides', () => {
    expect(columns(block('UPDATE a SET x = 1; IF NOT EXISTS (SELECT FROM a) THEN ALTER TABLE a ADD COLUMN y int; END IF;'))).toEqual([
      'x',
      'y',
    ]);
    expect(findTable(block("DELETE FROM a; EXECUTE 'CREATE TABLE b (z int)';"), { name: 'b' })).toBeDefined();
  });

  it.each(['UPDATE a SET x = 1;', 'PERFORM count(*) FROM a;', 'DELETE FROM a; COMMIT;', 'LOCK TABLE a; TRUNCATE a;'])(
    'that change rows only leave the schema as it is: %s',
    (body) => {
      expect(block(body).tables).toEqual(replayed('CREATE TABLE a (x int);').tables);
    },
  );

  it.each([
    ['GRANT SELECT ON a TO reader;', { grants: ['reader=SELECT/'] }],
    ["COMMENT ON TABLE a IS 'all';", { comment: 'all' }],
    ['CREATE INDEX a_x ON a (x);', { indexes: [{ name: 'a_x' }] }],
  ])('are followed in %s', (statement, expected) => {
    expect(table(block(`INSERT INTO a VALUES (1); ${statement}`), 'a')).toMatchObject(expected);
  });
});
