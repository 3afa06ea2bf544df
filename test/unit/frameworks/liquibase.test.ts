import { beforeAll, expect, test } from 'vitest';
import { liquibase } from '../../../src/frameworks/liquibase';
import type { Migration } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const options = { engine: { name: 'postgres', major: 18 }, placeholders: {} } as const;

function read(text: string, path = 'changelog.sql'): Migration[] {
  return liquibase.read([{ path, text }], options).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

const changelog = `--liquibase formatted sql

--changeset ann:1 labels:"a, b" context:prod
--comment: users
CREATE TABLE users (id bigint PRIMARY KEY);
--rollback DROP TABLE users;

-- changeset "bob jones":add-index runInTransaction:false
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 SELECT 0
CREATE INDEX CONCURRENTLY users_id ON users (id);
/* liquibase rollback
DROP INDEX CONCURRENTLY
  users_id;
*/

--changeset ann:3 splitStatements:false
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
--rollback not required

--changeset ann:4 endDelimiter:/ dbms:postgresql,h2
CREATE VIEW v AS SELECT 1 AS a
/
CREATE VIEW w AS SELECT 2 AS a
/
--changeset ann:5 dbms:mysql
ENGINE=InnoDB
`;

test('each changeset is a migration of its own, with its way of running', () => {
  const migrations = read(changelog);
  expect(migrations.map(({ id, up }) => [id, up.statements.length, up.execution.wrapped, up.execution.requests])).toEqual([
    ['changelog.sql::1::ann', 1, true, 'per-statement'],
    ['changelog.sql::add-index::bob jones', 1, false, 'per-statement'],
    ['changelog.sql::3::ann', 1, true, 'single-request'],
    ['changelog.sql::4::ann', 2, true, 'per-statement'],
  ]);
  expect(migrations.flatMap(({ up }) => up.statements.flatMap(({ unreadable }) => unreadable ?? []))).toEqual([]);
});

test('statements keep their places in the file, rollbacks too', () => {
  const all = read(changelog).flatMap(({ up, down }) => [...up.statements, ...(down?.statements ?? [])]);
  for (const { text, span, range } of all) {
    expect(changelog.slice(span.start, span.end)).toBe(text);
    expect(changelog.split('\n')[range.start.line]?.slice(range.start.character)).toMatch(/^(CREATE|DROP)/);
  }
  expect(read(changelog).map(({ down }) => down?.statements.map(({ text }) => text.replaceAll(/\s+/g, ' ')))).toEqual([
    ['DROP TABLE users'],
    ['DROP INDEX CONCURRENTLY users_id'],
    undefined,
    undefined,
  ]);
});

test('a rollback that is not required is none that is missing', () => {
  expect(read(changelog).map(({ downUnsupported }) => downUnsupported === true)).toEqual([false, false, true, false]);
});

test('a rollback that names another changeset is no SQL', () => {
  const [migration] = read(
    '--liquibase formatted sql\n--changeset a:2\nDROP TABLE t;\n--rollback changesetId:1 changesetAuthor:a changesetPath:old.sql\n',
  );
  expect(migration?.up.statements).toHaveLength(1);
  expect([migration?.down, migration?.downUnsupported]).toEqual([undefined, true]);
});

test('lines to be ignored are not read, and a rollback over several lines is one', () => {
  const [migration] = read(
    '--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (id int);\n--ignoreLines:start\nnot sql\n--ignoreLines:end\n--ignoreLines:1\nneither\n--rollback DROP\n--rollback TABLE t;\n',
  );
  expect(migration?.up.statements).toHaveLength(1);
  expect(migration?.down?.statements.map(({ operations }) => operations[0]?.kind)).toEqual(['drop object']);
});

test('a rollback is placed at the end of its own changeset, and read back', () => {
  const text = '--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (id int);\n\n--changeset a:2\nCREATE TABLE u (id int);\n';
  const [first] = read(text);
  if (first === undefined) throw new Error('nothing was read');
  const placed = liquibase.placeDown(first, [{ path: 'changelog.sql', text }], ['-- It is empty.\nDROP TABLE t;']);
  if (placed.kind !== 'edit') throw new Error(placed.kind);
  const edited = text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
  expect(edited).toBe(
    '--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (id int);\n--rollback -- It is empty.\n--rollback DROP TABLE t;\n\n--changeset a:2\nCREATE TABLE u (id int);\n',
  );
  expect(read(edited)[0]?.down?.statements.map((statement) => statement.text)).toEqual(['DROP TABLE t']);
  expect(read(edited)[1]?.down).toBeUndefined();
});

test("a function's body in a rollback is not cut at its semicolons", () => {
  const text = '--liquibase formatted sql\n--changeset a:1\nDROP FUNCTION f();\n';
  const [first] = read(text);
  if (first === undefined) throw new Error('nothing was read');
  const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND $$;';
  const placed = liquibase.placeDown(first, [{ path: 'changelog.sql', text }], [body]);
  if (placed.kind !== 'edit') throw new Error(placed.kind);
  const edited = text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
  expect(edited).toContain('--changeset a:1 rollbackSplitStatements:false\n');
  const [again] = read(edited);
  expect(again?.down?.execution.requests).toBe('single-request');
  expect(again?.down?.statements).toHaveLength(1);
});

test('what Liquibase refuses is a problem that says so, and SQL that nothing includes is none of it', () => {
  const results = liquibase.read(
    [
      { path: 'a.sql', text: '--liquibase formatted sql\n-changeset a:1\nSELECT 1;\n' },
      { path: 'plain.sql', text: 'SELECT 1;' },
    ],
    options,
  );
  expect(results.map((result) => (result.ok ? 'read' : result.error.message.slice(0, 60)))).toEqual([
    expect.stringContaining('"-changeset a:1" is no changeset'),
  ]);
  expect(liquibase.detect([{ path: 'a.sql', text: changelog }])).toBeGreaterThan(0.9);
  expect(liquibase.detect([{ path: 'a.sql', text: 'SELECT 1;' }])).toBe(0);
});

test('a changeset of another file with the same id and author is another changeset', () => {
  const text = '--liquibase formatted sql\n\n--changeset ann:1\nCREATE TABLE a (id int);\n';
  const [one] = read(text, 'changes/users.sql');
  if (one === undefined) throw new Error('Not read.');
  const protocol = liquibase.run(options.engine);
  const row = (filename: string) => [{ table: 'public.databasechangelog', rows: [{ id: '1', author: 'ann', filename }] }];
  expect(protocol.recorded(one, row('db/changes/users.sql'))).toBe('applied');
  expect(protocol.recorded(one, row('db/changes/orders.sql'))).toBe('absent');
  expect(protocol.markNotApplied(one)[0]?.text).toBe(
    "DELETE FROM public.databasechangelog WHERE ID = '1' AND AUTHOR = 'ann' AND RIGHT(FILENAME, 9) = 'users.sql';",
  );
});

const changeset = (id: string, sql = `SELECT ${id}`) => `--liquibase formatted sql\n--changeset ann:${id}\n${sql};\n`;

test.each([
  [
    'db.changelog-master.yaml',
    'databaseChangeLog:\n  - include:\n      file: db/b.sql\n  - include: { file: a.sql, relativeToChangelogFile: true }\n',
  ],
  [
    'db.changelog-master.xml',
    '<databaseChangeLog>\n<!-- <include file="a.sql"/> -->\n<include relativeToChangelogFile="true" file="b.sql"/>\n<include file="classpath:db/a.sql"/></databaseChangeLog>',
  ],
  ['changelog.json', '{"databaseChangeLog": [{"include": {"file": "b.sql"}}, {"include": {"file": "a.sql"}}]}'],
])('%s gives the order of what it includes, and is no finding', (path, text) => {
  const files = [
    { path: 'a.sql', text: changeset('1') },
    { path: 'b.sql', text: changeset('2') },
    { path: '0.sql', text: changeset('3') },
    { path, text },
  ];
  const results = liquibase.read(files, options);
  expect(results.map((result) => (result.ok ? result.value.up.path : result.error))).toEqual(['b.sql', 'a.sql', '0.sql']);
});

test('a changelog can include a folder, and one that includes others', () => {
  const files = [
    { path: 'v1/2.sql', text: changeset('2') },
    { path: 'v1/1.sql', text: changeset('1') },
    { path: 'views/v.sql', text: changeset('3') },
    {
      path: 'a-changelog.xml',
      text: '<databaseChangeLog><include file="views/v.sql"/><include file="db/v1/changelog.yaml"/></databaseChangeLog>',
    },
    { path: 'v1/changelog.yaml', text: 'databaseChangeLog:\n- includeAll:\n    path: db/v1/\n' },
  ];
  const results = liquibase.read(files, options);
  expect(results.map((result) => (result.ok ? result.value.up.path : result.error))).toEqual(['views/v.sql', 'v1/1.sql', 'v1/2.sql']);
});

test('parameters have the value that they were given first, of the database at hand', () => {
  const properties =
    '--liquibase formatted sql\n--property name:tbl value:orders dbms:mysql\n--property name:tbl value:users dbms:postgresql\n-- property value:late name:tbl\n';
  const files = [
    {
      path: 'a.sql',
      text: `${properties}--changeset ann:1\nCREATE TABLE \${sch}.\${tbl} (a int[]);\n--rollback DROP TABLE \${sch}.\${tbl};\n`,
    },
    { path: 'b.sql', text: changeset('2', `SELECT a[1:tbl] FROM \${TBL}, \${other}`) },
    {
      path: 'changelog.xml',
      text: '<databaseChangeLog><property name="sch" value="app"/><property name="tbl" value="x" dbms="oracle"/></databaseChangeLog>',
    },
  ];
  const migrations = liquibase.read(files, options).flatMap((result) => (result.ok ? [result.value] : []));
  expect(migrations.map(({ up, down }) => [up.statements[0]?.sent, down?.statements[0]?.sent])).toEqual([
    ['CREATE TABLE app.users (a int[])', 'DROP TABLE app.users'],
    [`SELECT a[1:tbl] FROM users, \${other}`, undefined],
  ]);
  expect(migrations[1]?.up.statements[0]?.unresolved).toEqual(['other']);
});
