import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Engine } from '../../../../src/model/engine';
import type { SandboxProviderName } from '../../../../src/model/sandbox';
import { loadParser } from '../../../../src/parse/load';
import { readText } from '../../../../src/parse/read';
import { OutsideGuard } from '../../../../src/plan/outside/guard';

beforeAll(loadParser);

const postgres: Engine = { name: 'postgres', major: 18 };

/** What the first statement does that reaches out of a sandbox of this kind, and its number. */
function reach(text: string, sandbox: SandboxProviderName = 'embedded', engine = postgres): string | undefined {
  const found = new OutsideGuard(engine, sandbox).first(readText(text, engine));
  return found && `${found.statement.index} ${found.does}`;
}

const program = 'runs a program';
const file = 'writes a file';
const server = 'connects to another server';

describe('statements that reach the machine are found', () => {
  test.each([
    ["COPY t TO PROGRAM 'gzip > /tmp/t.gz'", program],
    ['copy t from\n/* a comment */ program $cmd$curl example.com$cmd$', program],
    ["COPY (SELECT 1) TO '/tmp/t.csv' WITH (FORMAT csv)", file],
    ["COPY t TO E'\\x2ftmp/t.csv'", file],
    ["CREATE TABLESPACE fast LOCATION '/mnt/fast'", 'keeps files in a folder'],
    ["SELECT lo_export(data, '/tmp/' || id) FROM pictures", file],
    ["UPDATE t SET a = pg_catalog.lo_export(b, 'x')", file],
    ['CREATE TABLE t (a int DEFAULT "lo_export"(1, \'x\'))', file],
    ['SELECT U&"lo_e\\0078port"(1, \'x\')', file],
    ["SELECT pg_file_unlink('/tmp/x')", 'removes a file'],
    ["ALTER SYSTEM SET archive_command = 'cp %p /backup/%f'", 'has the server use what archive_command names'],
    ["LOAD '/tmp/evil.so'", 'loads code from a file'],
    ["CREATE FUNCTION system(cstring) RETURNS int AS '/lib/x86_64-linux-gnu/libc.so.6', 'system' LANGUAGE C", 'loads code from a file'],
    [
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS $$ import os $$',
      'holds code in plpython3u, which may do anything that you may',
    ],
    ['DO LANGUAGE plperlu $$ unlink "x" $$', 'holds code in plperlu, which may do anything that you may'],
    ["CREATE FOREIGN TABLE l (a text) SERVER files OPTIONS (program 'ps')", 'makes a table whose rows come from a program that is run'],
    ["SELECT dblink_exec('dbname=shop', 'DELETE FROM t')", server],
  ])('%s', (text, does) => {
    expect(reach(`SELECT 1;\n${text};\nSELECT 2;`)).toBe(`2 ${does}`);
    expect(reach(`SELECT 1;\n${text};\nSELECT 2;`, 'local')).toBe(`2 ${does}`);
    // A container holds back what is done on its machine.
    expect(reach(text, 'docker')).toBeUndefined();
  });
});

describe('so are those in bodies', () => {
  test.each([
    ["DO $$ BEGIN COPY t TO '/tmp/x'; END $$", file],
    ["DO 'BEGIN IF true THEN COPY t TO ''/tmp/x''; END IF; END'", file],
    ["DO $$ DECLARE n int; BEGIN n := lo_export(1, 'x'); END $$", file],
    ["DO $$ DECLARE n int; BEGIN SELECT lo_export(1, 'x') INTO n; END $$", file],
    ["DO $$ BEGIN EXECUTE 'COPY t TO PROGRAM ''x'''; END $$", program],
    ["DO $$ BEGIN EXECUTE 'COPY ' || 't' || ' TO PROGRAM ' || quote_literal(current_user); END $$", program],
    ["DO $$ BEGIN EXECUTE format('COPY %I.%I TO PROGRAM %L', 'public', current_user, 'x'); END $$", program],
    ["DO $$ BEGIN EXECUTE format($f$COPY %2$s TO '/tmp/%1$s.csv'$f$, current_user, 't'); END $$", file],
    ["DO $$ DECLARE cmd text := 'COPY t TO ''/tmp/x'''; BEGIN EXECUTE cmd; END $$", file],
    ["DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT lo_export(1, ''x'')' LOOP NULL; END LOOP; END $$", file],
    ["DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN COPY t TO ''x''; END $b$'; END $a$", file],
    ["CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM dblink_connect('dbname=x'); END $$", server],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT lo_export(1, 'x') $$", file],
    ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT lo_export(1, 'x'); END", file],
    ["CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COPY t TO ''/tmp/x''; END'", file],
  ])('%s', (text, does) => {
    expect(reach(text)).toBe(`1 ${does}`);
    expect(reach(text, 'docker')).toBeUndefined();
  });
});

const slot = 'has to do with the replication slot of another server';
const foreign = 'writes to a table of another server';
const table = 'CREATE FOREIGN TABLE far (a int) SERVER other;';

describe('what reaches another server is found for every sandbox', () => {
  test.each([
    ["SELECT * FROM dblink('host=db.example.com dbname=x', 'SELECT 1') AS t (a int)", `1 ${server}`],
    ["SELECT dblink_connect('c', 'postgresql://me@db.example.com:5432/x')", `1 ${server}`],
    ["DO $$ BEGIN PERFORM dblink_exec('hostaddr=10.0.0.1', 'DELETE FROM t'); END $$", `1 ${server}`],
    ["CREATE SUBSCRIPTION s CONNECTION 'host=db' PUBLICATION p", `1 ${slot}`],
    // It would drop that slot when it goes.
    ["CREATE SUBSCRIPTION s CONNECTION 'host=db' PUBLICATION p WITH (connect = false)", `1 ${slot}`],
    ['ALTER SUBSCRIPTION s REFRESH PUBLICATION', `1 ${slot}`],
    ['ALTER SUBSCRIPTION s ENABLE', `1 ${slot}`],
    [`${table} INSERT INTO far VALUES (1)`, `2 ${foreign}`],
    [`${table} WITH gone AS (DELETE FROM far RETURNING a) SELECT * FROM gone`, `2 ${foreign}`],
    [`${table} DO $$ BEGIN UPDATE far SET a = 2; END $$`, `2 ${foreign}`],
    [`${table} TRUNCATE near, far`, `2 ${foreign}`],
    [`${table} ALTER TABLE t ATTACH PARTITION far DEFAULT`, `2 ${foreign}`],
    ['CREATE FOREIGN TABLE far PARTITION OF t DEFAULT SERVER other', `1 ${foreign}`],
  ])('%s', (text, expected) => {
    for (const sandbox of ['embedded', 'local', 'docker'] as const) expect(reach(text, sandbox)).toBe(expected);
  });
});

describe('what stays inside, or only reads, is let through', () => {
  test.each([
    "COPY t FROM '/tmp/t.csv'",
    'COPY t FROM stdin;\n1\n\\.\n',
    'COPY t TO STDOUT',
    "CREATE TABLESPACE here LOCATION ''",
    "SELECT lo_import('/tmp/x'), pg_read_file('/tmp/x')",
    "SELECT 'COPY t TO PROGRAM ''x'''",
    "COMMENT ON TABLE t IS 'COPY t TO ''/tmp/x'''",
    "INSERT INTO notes VALUES ('lo_export(1, ''x'')')",
    "-- COPY t TO PROGRAM 'x'\nSELECT 1",
    'CREATE TABLE lo_export (program text, dblink text)',
    "ALTER SYSTEM SET work_mem = '64MB'",
    "ALTER SYSTEM SET archive_command = ''",
    'ALTER SYSTEM RESET archive_command',
    "CREATE FUNCTION h() RETURNS language_handler AS '$libdir/plpgsql' LANGUAGE C",
    "LOAD 'auto_explain'",
    'CREATE EXTENSION dblink; CREATE EXTENSION plpython3u; CREATE EXTENSION file_fdw',
    'GRANT EXECUTE ON FUNCTION dblink(text, text) TO app; DROP FUNCTION lo_export(oid, text)',
    "CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db'); CREATE FOREIGN TABLE far (a int) SERVER other; SELECT * FROM far",
    "CREATE FOREIGN TABLE l (a text) SERVER files OPTIONS (filename '/tmp/program'); COPY l TO STDOUT",
    'CREATE FOREIGN TABLE t (a int) SERVER s; DROP FOREIGN TABLE t; CREATE TABLE t (a int); INSERT INTO t VALUES (1)',
    "CREATE SUBSCRIPTION s CONNECTION 'host=db' PUBLICATION p WITH (connect = false, slot_name = NONE)",
    'ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s',
    "DO $$ BEGIN RAISE NOTICE 'COPY t TO PROGRAM'; EXECUTE format('CREATE TABLE %I ()', current_user); EXECUTE 'GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO x'; END $$",
    'CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    'CREATE FUNCTION f() RETURNS int LANGUAGE plperl AS $$ return 1 $$',
  ])('%s', (text) => expect(reach(text)).toBeUndefined());

  it('such as a connection of a container to itself', () => {
    for (const at of ['dbname=x', 'host=localhost dbname=x', 'host=127.0.0.1', 'postgresql:///x', 'postgres://me@localhost:5432/x'])
      expect(reach(`SELECT dblink_exec('${at}', 'SELECT 1')`, 'docker'), at).toBeUndefined();
  });
});

test('MySQL and MariaDB write files by SELECT', () => {
  for (const engine of [
    { name: 'mysql', major: 9 },
    { name: 'mariadb', major: 11 },
  ] as const) {
    expect(reach("SELECT * FROM t INTO OUTFILE '/tmp/x'", 'local', engine)).toBe(`1 ${file}`);
    expect(reach("SELECT a INTO DUMPFILE '/tmp/x' FROM t", 'local', engine)).toBe(`1 ${file}`);
    expect(reach("SELECT * FROM t INTO OUTFILE '/tmp/x'", 'docker', engine)).toBeUndefined();
    expect(reach('SELECT a INTO @b FROM t', 'local', engine)).toBeUndefined();
  }
});
