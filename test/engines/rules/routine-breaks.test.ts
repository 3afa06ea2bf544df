import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { codeOf, database, majors, startServer, withClient } from './server';

/** Bodies that the server looks into at a call: it takes the change, and `call` then ends in `code`. The rule has to know which. */
interface Case {
  readonly body: string;
  readonly change: string;
  readonly code: string;
  /** What an older server says instead. */
  readonly olderCode?: string;
  readonly language?: 'sql';
  readonly result?: string;
  readonly call?: string;
  readonly setup?: string;
  /** It is the function of a trigger of users for this event, and called by an UPDATE. */
  readonly on?: string;
}

const setup = `CREATE TABLE users (id bigint PRIMARY KEY, mail text, age int);
CREATE TABLE pets (id bigint PRIMARY KEY, mail text);
CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION helper(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE VIEW olds AS SELECT id FROM users WHERE age > 60;
INSERT INTO users VALUES (1, 'a', 1);
INSERT INTO pets VALUES (1, 'b');
`;

const dropMail = 'ALTER TABLE users DROP COLUMN mail';
const cases: readonly Case[] = [
  { body: 'BEGIN PERFORM u.mail FROM users u; END', change: dropMail, code: '42703' },
  { body: "BEGIN UPDATE users u SET mail = 'x'; END", change: dropMail, code: '42703' },
  { body: "BEGIN UPDATE users u SET age = 1 WHERE u.mail = 'a'; END", change: dropMail, code: '42703' },
  { body: "BEGIN INSERT INTO users (id, mail) VALUES (2, 'x'); END", change: dropMail, code: '42703' },
  {
    body: 'BEGIN INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET mail = excluded.id::text; END',
    change: dropMail,
    code: '42703',
  },
  { body: 'DECLARE r record; BEGIN DELETE FROM users WHERE id = 9 RETURNING mail INTO r; END', change: dropMail, code: '42703' },
  { body: 'DECLARE m text; BEGIN SELECT mail INTO STRICT m FROM users LIMIT 1; END', change: dropMail, code: '42703' },
  { body: 'DECLARE m text; BEGIN m := (SELECT max(mail) FROM users); END', change: dropMail, code: '42703' },
  { body: 'DECLARE m users.mail%TYPE; BEGIN END', change: dropMail, code: '42703', olderCode: '42601' },
  { body: 'DECLARE r record; BEGIN FOR r IN SELECT mail FROM users LOOP NULL; END LOOP; END', change: dropMail, code: '42703' },
  { body: 'DECLARE c CURSOR FOR SELECT mail FROM users; BEGIN OPEN c; END', change: dropMail, code: '42703' },
  {
    body: "BEGIN IF EXISTS (SELECT FROM users JOIN pets USING (id) WHERE users.mail = 'a') THEN NULL; END IF; END",
    change: 'ALTER TABLE users RENAME mail TO email',
    code: '42703',
  },
  {
    body: 'WITH m AS (SELECT mail FROM public.users) DELETE FROM pets WHERE mail IN (TABLE m)',
    language: 'sql',
    change: dropMail,
    code: '42703',
  },
  { body: 'BEGIN PERFORM count(*) FROM users; END', change: 'ALTER TABLE users RENAME TO people', code: '42P01' },
  { body: 'BEGIN DELETE FROM pets; END', change: 'DROP TABLE pets', code: '42P01' },
  { body: 'DECLARE p pets%ROWTYPE; BEGIN END', change: 'DROP TABLE pets', code: '42P01' },
  { body: 'SELECT count(*) FROM olds', language: 'sql', change: 'DROP VIEW olds', code: '42P01' },
  { body: 'BEGIN PERFORM 1 FROM public.pets; END', change: 'CREATE SCHEMA s; ALTER TABLE pets SET SCHEMA s', code: '42P01' },
  { body: "DECLARE m mood := 'good'; BEGIN END", change: 'DROP TYPE mood', code: '42704' },
  { body: "BEGIN PERFORM 'good'::public.mood; END", change: 'ALTER TYPE mood RENAME TO temper', code: '42704' },
  { body: 'DECLARE a int; BEGIN a := helper(1); END', change: 'DROP FUNCTION helper(int)', code: '42883' },
  { body: 'SELECT 1 + public.helper(2)', language: 'sql', change: 'ALTER FUNCTION helper(int) RENAME TO aid', code: '42883' },
  {
    body: '',
    setup:
      'CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.mail IS NULL THEN RETURN NULL; END IF; RETURN NEW; END $$;\nCREATE TRIGGER tt BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tf();\n',
    change: dropMail,
    call: 'UPDATE users SET age = 2',
    code: '42703',
  },
  {
    body: "BEGIN IF TG_OP = 'UPDATE' AND OLD.mail = 'a' THEN RETURN NULL; END IF; RETURN NEW; END",
    on: 'UPDATE',
    change: dropMail,
    code: '42703',
  },
  {
    body: 'BEGIN PERFORM mail FROM users; EXCEPTION WHEN OTHERS THEN RAISE; END',
    change: dropMail,
    code: '42703',
  },
  {
    body: '',
    setup:
      "CREATE SCHEMA own; CREATE TABLE own.users (mail text);\nCREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = own AS 'SELECT count(mail) FROM users';\n",
    change: 'ALTER TABLE own.users DROP COLUMN mail',
    code: '42703',
  },
  // What goes on: the rule has nothing to say.
  {
    body: '',
    setup:
      "CREATE SCHEMA own; CREATE TABLE own.users (mail text);\nCREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = own AS 'SELECT count(mail) FROM users';\n",
    change: dropMail,
    code: 'accepted',
  },
  {
    body: 'BEGIN SET LOCAL search_path = nowhere; CREATE TEMP TABLE users (mail text); PERFORM mail FROM users; END',
    change: dropMail,
    code: 'accepted',
  },
  { body: "BEGIN IF TG_OP = 'DELETE' THEN PERFORM OLD.mail; END IF; RETURN NEW; END", on: 'UPDATE', change: dropMail, code: 'accepted' },
  {
    body: "BEGIN IF to_jsonb(NEW) ? 'mail' THEN NEW.mail := 'a'; END IF; RETURN NEW; END",
    on: 'UPDATE',
    change: dropMail,
    code: 'accepted',
  },
  { body: "BEGIN IF TG_ARGV[0] = 'mail' THEN NEW.mail := 'a'; END IF; RETURN NEW; END", on: 'UPDATE', change: dropMail, code: 'accepted' },
  {
    body: "BEGIN NEW.mail := 'a'; RETURN NEW; END",
    on: 'UPDATE',
    change: `ALTER TABLE users DISABLE TRIGGER tt; ${dropMail}`,
    code: 'accepted',
  },
  {
    body: '',
    setup:
      'CREATE TABLE changed (id int);\nCREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM id FROM changed; RETURN NULL; END $$;\nCREATE TRIGGER tt AFTER UPDATE ON users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tf();\n',
    change: 'DROP TABLE changed',
    call: 'UPDATE users SET age = 2',
    code: 'accepted',
  },
  { body: "BEGIN EXECUTE 'CREATE TEMP TABLE pets (a int)'; PERFORM a FROM pets; END", change: 'DROP TABLE pets', code: 'accepted' },
  {
    body: "BEGIN CREATE TEMP TABLE users AS SELECT 'a' AS mail; PERFORM mail FROM users; END",
    change: dropMail,
    code: 'accepted',
  },
  { body: 'BEGIN PERFORM mail FROM users; EXCEPTION WHEN OTHERS THEN NULL; END', change: dropMail, code: 'accepted' },
  { body: "BEGIN PERFORM mail FROM users; EXCEPTION WHEN SQLSTATE '42703' THEN NULL; END", change: dropMail, code: 'accepted' },
  {
    body: "BEGIN IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'mail') THEN PERFORM mail FROM users; END IF; END",
    change: dropMail,
    code: 'accepted',
  },
  {
    body: '',
    setup:
      "CREATE FUNCTION date_trunc(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM date_trunc('day', now()); END $$;\n",
    change: 'DROP FUNCTION date_trunc(text, text)',
    code: 'accepted',
  },
  {
    body: '',
    setup:
      "CREATE FUNCTION g(a users.mail%TYPE) RETURNS bigint LANGUAGE sql AS 'SELECT count(mail) FROM users';\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
    change: `DROP FUNCTION g(text); ${dropMail}`,
    code: 'accepted',
  },
  {
    body: 'SELECT max(mail) FROM users',
    language: 'sql',
    result: 'text',
    change: `${dropMail}; DO $do$ BEGIN EXECUTE 'CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS ''SELECT max(id)::text FROM users'''; END $do$`,
    code: 'accepted',
  },
  { body: 'BEGIN PERFORM mail FROM pets; END', change: dropMail, code: 'accepted' },
  { body: 'BEGIN PERFORM p.mail FROM pets p JOIN users USING (id); END', change: dropMail, code: 'accepted' },
  {
    body: "DECLARE mail text := 'x'; BEGIN PERFORM 1 FROM pets p WHERE p.mail = 'a'; RAISE NOTICE '%', mail; END",
    change: dropMail,
    code: 'accepted',
  },
  {
    body: 'WITH users AS (SELECT 1 AS mail) SELECT mail FROM users',
    language: 'sql',
    change: 'DROP VIEW olds; DROP TABLE users',
    code: 'accepted',
  },
  {
    body: 'BEGIN CREATE TEMP TABLE users (a int); INSERT INTO users VALUES (1); END',
    change: 'DROP VIEW olds; DROP TABLE users',
    code: 'accepted',
  },
  { body: "BEGIN RAISE NOTICE 'users, mail, helper(1), mood'; /* SELECT mail FROM users */ END", change: dropMail, code: 'accepted' },
  { body: 'BEGIN BEGIN PERFORM mail FROM users; EXCEPTION WHEN undefined_column THEN NULL; END; END', change: dropMail, code: 'accepted' },
  { body: "BEGIN IF to_regclass('pets') IS NOT NULL THEN DELETE FROM pets; END IF; END", change: 'DROP TABLE pets', code: 'accepted' },
  { body: 'DECLARE mood text; BEGIN mood := 1; END', change: 'DROP TYPE mood', code: 'accepted' },
  {
    body: 'WITH helper (a) AS (SELECT 1), b (a) AS (TABLE helper) SELECT a FROM helper',
    language: 'sql',
    change: 'DROP FUNCTION helper(int)',
    code: 'accepted',
  },
  {
    body: 'BEGIN PERFORM 1 FROM pets; END',
    change: 'ALTER TABLE pets RENAME TO animals; CREATE VIEW pets AS SELECT * FROM animals',
    code: 'accepted',
  },
];

describe.each(majors)('what a body in quotes uses on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  it.each(cases.map((one) => [`${one.setup ?? one.body} | ${one.change}`, one] as const))('%s', async (_, one) => {
    const { language = 'plpgsql', body, change, code } = one;
    const result = one.on === undefined ? (one.result ?? 'void') : 'trigger';
    const trigger = one.on === undefined ? '' : `CREATE TRIGGER tt BEFORE ${one.on} ON users FOR EACH ROW EXECUTE FUNCTION f();\n`;
    const made = `${setup}${one.setup ?? `CREATE FUNCTION f() RETURNS ${result} LANGUAGE ${language} AS $f$ ${body} $f$;\n${trigger}`}`;
    const address = await database(sandbox, made);
    await withClient(address, async (client) => {
      expect(await codeOf(client.query(change)), 'the change').toBe('accepted');
      expect([code, one.olderCode], 'the call').toContain(
        await codeOf(client.query(one.call ?? (one.on === undefined ? 'SELECT f()' : 'UPDATE users SET age = 2'))),
      );
    });
    const { reports } = lintFolder({
      files: [
        { path: '0001_setup.sql', text: made },
        { path: '0002_change.sql', text: `${change};\n` },
      ],
      paths: ['0002_change.sql'],
      configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
    });
    const found = reports.flatMap(({ findings }) => findings.filter(({ rule }) => rule === 'routine-breaks'));
    expect(found.map(({ message }) => /\((\w{5})\)\.$/.exec(message)?.[1])).toEqual(code === 'accepted' ? [] : [code]);
  });
});
