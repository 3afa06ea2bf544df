import { beforeAll, expect, test } from 'vitest';
import { sql } from '../../../src/frameworks/sql';
import { emptyCatalog } from '../../../src/model/catalog';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';

beforeAll(loadParser);

function down(text: string, earlier = '') {
  const read = (source: string) => {
    const [result] = sql.read([{ path: '001.sql', text: source }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
    if (!result?.ok) throw new Error('not read');
    return result.value;
  };
  const migration = read(text);
  const before = earlier === '' ? emptyCatalog : replay(emptyCatalog, read(earlier).up.statements);
  return generateDown(migration, before, replay(before, migration.up.statements));
}

test('the last thing done is the first undone', () => {
  expect(down('CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a_id integer REFERENCES a);').statements).toEqual([
    'ALTER TABLE b DROP CONSTRAINT b_a_id_fkey;',
    'DROP TABLE b;',
    'DROP TABLE a;',
  ]);
});

test('a table that no earlier migration shows is altered, not dropped', () => {
  expect(down('ALTER TABLE orders ADD COLUMN note text; CREATE INDEX orders_note ON orders (note);').statements).toEqual([
    'DROP INDEX orders_note;',
    'ALTER TABLE orders DROP COLUMN note;',
  ]);
});

test('a foreign key goes and comes only with the key that it rests on', () => {
  const fk = (target: string) => `ALTER TABLE posts ADD CONSTRAINT fk FOREIGN KEY (u) REFERENCES ${target};`;
  const unique = 'ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email);';
  expect(down(unique, fk('users (id)')).statements).toEqual(['ALTER TABLE users DROP CONSTRAINT uq;']);
  expect(down(unique, fk('users')).statements).toEqual(['ALTER TABLE users DROP CONSTRAINT uq;']);
  expect(down(unique, fk('users (email)')).statements[0]).toBe('ALTER TABLE posts DROP CONSTRAINT fk;');
});

test('what was never seen is turned round from its own text', () => {
  expect(down('ALTER TABLE orders RENAME COLUMN a TO b; ALTER TABLE orders ALTER COLUMN c SET NOT NULL;').statements).toEqual([
    'ALTER TABLE orders ALTER COLUMN c DROP NOT NULL;',
    'ALTER TABLE orders RENAME COLUMN b TO a;',
  ]);
});

test('what can not come back is said where it would stand', () => {
  const { statements, irreversible } = down('ALTER TABLE t DROP COLUMN note;', 'CREATE TABLE t (id integer, note text NOT NULL);');
  expect(statements).toEqual([
    '-- Lost: values of t.note: restore them from a backup taken before the migration.\nALTER TABLE t ADD COLUMN note text;',
    '-- When the values are restored: ALTER TABLE t ALTER COLUMN note SET NOT NULL;',
  ]);
  expect(irreversible).toHaveLength(2);
  expect(down('DROP TABLE unseen;').statements.join()).toMatch(/^-- Not undone: table unseen/);
  expect(down('UPDATE t SET id = 1;', 'CREATE TABLE t (id integer);').statements.join()).toMatch(/^-- Not undone: the old values of t\.id/);
});

test('what the virtual schema does not know is said, unless it goes with what the migration makes', () => {
  const earlier = 'CREATE TABLE t (id integer); CREATE SEQUENCE s; CREATE INDEX i ON t (id);';
  for (const text of ['ALTER SEQUENCE s RESTART WITH 5', 'ALTER TABLE unseen SET (fillfactor = 70)', 'ALTER SYSTEM RESET ALL']) {
    expect(down(`${text};`, earlier).statements).toEqual([`-- Not undone: ${text}. Write it by hand.`]);
  }
  expect(down('REVOKE SELECT ON unseen FROM PUBLIC;', earlier).irreversible).toEqual([
    'Not undone: REVOKE SELECT ON unseen FROM PUBLIC. Write it by hand.',
  ]);
  expect(down('DROP TABLE unseen; DROP INDEX IF EXISTS unseen_index;', earlier).irreversible).toEqual([
    'Not undone: index unseen_index, which is dropped if it is there. Write it by hand.',
    'Not undone: table unseen, which is dropped. Write it by hand.',
  ]);
  expect(down('ALTER TABLE t SET UNLOGGED; SHOW work_mem; SET search_path = app;', earlier).irreversible).toEqual([]);
  const made = 'CREATE TABLE n (id integer); ALTER TABLE n SET (fillfactor = 70); GRANT SELECT ON n TO PUBLIC; ALTER TABLE n OWNER TO app;';
  expect(down(made, earlier).statements).toEqual(['DROP TABLE n;']);
  expect(down('CREATE TABLE n (id integer); DROP TABLE n;', earlier).statements).toEqual([]);
});

test('constant rows are deleted by their key', () => {
  const earlier = 'CREATE TABLE t (id integer PRIMARY KEY, a text);';
  expect(down("INSERT INTO t (id, a) VALUES (1, 'x'), (2, NULL);", earlier).statements).toEqual([
    'DELETE FROM t\n WHERE (id = 1)\n   OR (id = 2);',
  ]);
  expect(down('INSERT INTO t (a) VALUES (NULL);', earlier).statements).toEqual([
    'DELETE FROM t\n WHERE ctid = (SELECT ctid FROM t WHERE a IS NULL ORDER BY id DESC LIMIT 1);',
  ]);
});

test('indexes go concurrently where they came so', () => {
  expect(down('CREATE INDEX CONCURRENTLY i ON t (id);', 'CREATE TABLE t (id integer);').statements).toEqual(['DROP INDEX CONCURRENTLY i;']);
});

test('a type change that computes its values is not undone by a cast', () => {
  const computed = down(
    'ALTER TABLE p ALTER COLUMN price TYPE bigint USING (price * 100)::bigint;',
    'CREATE TABLE p (id integer, price numeric(10,2));',
  );
  expect(computed.statements).toEqual([
    '-- Not undone: p.price, which was numeric(10,2): statement 1 computed every value anew, by (price * 100)::bigint. No cast leads back: invert it, or take the values from a backup made before the migration. Write it by hand.',
  ]);
  expect(computed.losses).toEqual([{ table: 'public.p', columns: ['price'] }]);
  expect(computed.restoresSchema).toBe(false);
  const cases = [
    [
      "s DROP DEFAULT, ALTER s TYPE integer USING CASE s WHEN 'on' THEN 1 ELSE 0 END",
      /^-- Not undone: p\.s, which was text with DEFAULT 'off'/,
    ],
    ['s TYPE text USING upper(s)', /^-- Not undone: the old values of p\.s, where statement 1 computed every value anew/],
    ['s TYPE varchar(20) USING left(s, 20)', /^-- Not undone: p\.s, which was text/],
  ] as const;
  for (const [text, said] of cases) {
    const { statements } = down(`ALTER TABLE p ALTER ${text};`, "CREATE TABLE p (s text DEFAULT 'off');");
    expect(statements).toEqual([expect.stringMatching(said)]);
  }
});

test('a type change that only casts is undone by a cast', () => {
  const texts = ['', ' USING price::bigint', ' USING CAST(price AS bigint)', ' USING (p.price)::numeric(5, 1)::bigint', ' USING "price"'];
  for (const using of texts) {
    const { statements, irreversible } = down(
      `ALTER TABLE p ALTER COLUMN price TYPE bigint${using};`,
      'CREATE TABLE p (id integer, price numeric(10,2));',
    );
    expect(statements.at(-1)).toBe('ALTER TABLE p ALTER COLUMN price TYPE numeric(10,2);');
    expect(irreversible).toEqual([expect.stringMatching(/^Lost: values of p\.price as numeric\(10,2\), where bigint does not hold them/)]);
  }
});

test('a time zone that was given is taken back the same way', () => {
  const back = down("ALTER TABLE t ALTER a TYPE timestamptz USING a AT TIME ZONE 'UTC';", 'CREATE TABLE t (a timestamp);');
  expect(back.statements).toEqual([expect.stringMatching(/^ALTER TABLE t ALTER COLUMN a TYPE timestamp.* USING a AT TIME ZONE 'UTC';$/)]);
  const local = down("ALTER TABLE t ALTER a TYPE timestamptz USING a AT TIME ZONE 'Europe/Berlin';", 'CREATE TABLE t (a timestamp);');
  expect(local.statements).toEqual([expect.stringMatching(/^-- Not undone: t\.a, which was timestamp/)]);
});

test('a type that computed values need stays with them; one exchanged under its name is cast back, and said', () => {
  const made = down("CREATE TYPE mood AS ENUM ('a'); ALTER TABLE t ALTER s TYPE mood USING 'a'::mood;", 'CREATE TABLE t (s text);');
  expect(made.statements).toEqual([expect.stringMatching(/^-- Not undone: t\.s, which was text/)]);
  const exchanged = down(
    "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('b'); ALTER TABLE t ALTER s TYPE mood USING replace(s::text, 'a', 'b')::mood; DROP TYPE mood_old;",
    "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (s mood);",
  );
  expect(exchanged.statements[0]).toMatch(/^-- Not undone: the old values of t\.s/);
  expect(exchanged.statements.length).toBeGreaterThan(1);
});

test('a view that reads a dropped column comes back with its later name, or is said to be lost', () => {
  const table = 'CREATE TABLE p (id integer, a integer); CREATE VIEW pv AS SELECT id, a FROM p x WHERE x.id > 1;';
  const renamed = `${table} ALTER TABLE p RENAME COLUMN a TO b;`;
  expect(down('ALTER TABLE p DROP COLUMN b CASCADE;', renamed).statements.join()).toContain(
    'CREATE VIEW pv AS SELECT id, b AS a FROM p x WHERE x.id > 1',
  );
  const all = renamed.replace('SELECT id, a FROM', 'SELECT * FROM');
  expect(down('ALTER TABLE p DROP COLUMN b CASCADE;', all).irreversible.join()).toMatch(
    /Not undone: view pv, as what it reads was renamed/,
  );
  const joined = renamed.replace('FROM p x', 'FROM p x JOIN (SELECT 1 AS p_id) q ON q.p_id = x.id');
  expect(down('ALTER TABLE p DROP COLUMN b CASCADE;', `CREATE TABLE q (p_id integer); ${joined}`).irreversible.join()).toMatch(/view pv/);
  expect(down('ALTER TABLE p RENAME COLUMN a TO b; ALTER TABLE p DROP COLUMN b CASCADE;', table).statements.join()).toContain(
    'CREATE VIEW pv AS SELECT id, a FROM p x',
  );
  const other =
    'CREATE TABLE p (id integer, a integer, b integer); CREATE VIEW pv AS SELECT p.id AS i, count(a)::int n FROM p GROUP BY p.id;';
  expect(down('ALTER TABLE p DROP COLUMN b CASCADE;', other.replace(' n FROM', ' AS n FROM')).irreversible.join()).not.toMatch(/view pv/);
  expect(down('ALTER TABLE p DROP COLUMN a CASCADE;', table).statements.join()).toMatch(/CREATE VIEW pv/);
});

test('what could not be read is said, so that the rest does not pass for the whole', () => {
  const { statements, irreversible, restoresSchema } = down(
    'ALTER TABLE orders ADD COLUMN due date; ALTER TABEL orders ADD COLUMN paid date; CREATE INDX due_idx ON orders (due);',
  );
  expect(statements).toEqual([
    '-- Not undone: statement 3, which could not be read. Write it by hand.',
    '-- Not undone: statement 2, which could not be read. Write it by hand.',
    'ALTER TABLE orders DROP COLUMN due;',
  ]);
  expect(irreversible).toHaveLength(2);
  expect(restoresSchema).toBe(false);
});

test('a sequence that is made anew goes on behind the rows that stayed, and one that goes with the migration is not told', () => {
  const toIdentity = `ALTER TABLE a ALTER COLUMN id DROP DEFAULT; DROP SEQUENCE a_id_seq;
ALTER TABLE a ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY; SELECT setval('a_id_seq', (SELECT max(id) FROM a));`;
  const back = down(toIdentity, 'CREATE TABLE a (id serial PRIMARY KEY);');
  expect(back.irreversible).toEqual([]);
  expect(back.statements.at(-1)).toBe("SELECT setval('public.a_id_seq', coalesce(max(id), 1), max(id) IS NOT NULL) FROM a;");
  const moved = down("SELECT setval('a_id_seq', 100);", 'CREATE TABLE a (id serial PRIMARY KEY);');
  expect(moved.irreversible).toEqual(['Not undone: the position of a sequence, which setval() changes.']);
  const lost = down('DROP TABLE a;', 'CREATE TABLE a (id serial PRIMARY KEY);');
  expect(lost.statements.join('\n')).not.toContain('setval');
});

test('what ends with the session is not undone in another one', () => {
  const temporary = `CREATE TEMP TABLE ids ON COMMIT DROP AS SELECT id FROM users; CREATE TEMPORARY TABLE seen (id serial); CREATE INDEX ON seen (id);
    CREATE TEMP VIEW old AS SELECT 1 AS one; CREATE TEMP SEQUENCE s; CREATE TABLE pg_temp.w (id integer);`;
  const users = 'CREATE TABLE users (id integer);';
  expect(down(temporary, users)).toMatchObject({ statements: [], irreversible: [] });
  expect(down(`${temporary} CREATE VIEW old AS SELECT 2 AS two;`, users).statements).toEqual(['DROP VIEW old;']);
});

test('a table that was split off brings values back where it took every row', () => {
  const users = 'CREATE TABLE users (id integer PRIMARY KEY, bio text);';
  const split = (end: string) =>
    down(
      `CREATE TABLE bios (id integer PRIMARY KEY, bio text); INSERT INTO bios SELECT id, bio FROM users${end}; ALTER TABLE users DROP COLUMN bio;`,
      users,
    );
  expect(split('').irreversible).toEqual([]);
  for (const end of [' WHERE id > 7', ' LIMIT 10', ' ON CONFLICT DO NOTHING'])
    expect(split(end).irreversible.join(), end).toContain('values of users.bio');
});

test('a new type in the place of the old one is made again as it was: a label is renamed back only in the type that it was renamed in', () => {
  const earlier = `CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN'); CREATE TABLE members (id integer PRIMARY KEY, role "Role");`;
  const exchanged = `CREATE TYPE "Role_new" AS ENUM ('USER', 'STAFF');
    ALTER TABLE members ALTER COLUMN role TYPE "Role_new" USING (role::text::"Role_new");
    ALTER TYPE "Role" RENAME TO "Role_old"; ALTER TYPE "Role_new" RENAME TO "Role"; DROP TYPE "Role_old";`;
  const { statements } = down(exchanged, earlier);
  expect(statements).toContain(`CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');`);
  expect(statements).toContain('ALTER TABLE members ALTER COLUMN role TYPE "Role" USING role::text::"Role";');
  expect(statements.filter((text) => text.includes('RENAME VALUE'))).toEqual([]);
  expect(down(`ALTER TYPE "Role" RENAME VALUE 'ADMIN' TO 'STAFF';`, earlier).statements).toEqual([
    `ALTER TYPE "Role" RENAME VALUE 'STAFF' TO 'ADMIN';`,
  ]);
});
