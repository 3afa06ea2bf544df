import { beforeAll, describe, expect, it } from 'vitest';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';
import { computedInFunction, computedStatements, functionStatements, nestedStatements } from '../../../src/parse/postgres/nested';
import { readStatements } from '../../../src/parse/postgres/read';

beforeAll(loadParser);

const file = `SELECT 1;
DO $do$
DECLARE
  step int := 1000;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'kind') THEN
    CREATE TYPE kind AS ENUM ('a');
  ELSE
    ALTER TYPE kind ADD VALUE IF NOT EXISTS 'b';
  END IF;
  <<fill>>
  LOOP
    UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE id IN (SELECT id FROM t LIMIT step);
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
  EXECUTE 'DROP TABLE IF EXISTS old';
  EXECUTE $q$ALTER TABLE t ADD COLUMN c int$q$;
  EXECUTE format('DROP TABLE %I', 'x');
  EXECUTE 'INSERT INTO t VALUES ($1)' USING step;
  PERFORM f();
EXCEPTION WHEN duplicate_object THEN NULL;
END
$do$;
`;

describe('statements in a DO block', () => {
  const read = () => {
    const [, block] = readStatements(file, { start: 0, end: file.length }, {});
    return block === undefined ? [] : nestedStatements(block);
  };

  it('are found where they stand in the file', () => {
    const lines = new LineIndex(file);
    const found = read();
    expect(found.map((statement) => [statement.operations[0]?.kind, statement.inLoop])).toEqual([
      ['create object', false],
      ['add enum value', false],
      ['update', true],
      ['transaction', true],
      ['drop object', false],
      ['add column', false],
      ['insert', false],
      ['select', false],
    ]);
    for (const statement of found) {
      expect(file.slice(statement.span.start, statement.span.end)).toBe(statement.text);
      expect(lines.range(statement.span)).toEqual(statement.range);
      for (const { span } of statement.operations) expect(file.slice(span?.start, span?.end)).toContain(statement.text.slice(-5));
    }
    const dropped = found[4]?.text;
    expect(dropped).toBe('DROP TABLE IF EXISTS old');
  });

  it('are read between plain quotes, as long as nothing in there is escaped', () => {
    const text = "SELECT 1;\nDO 'BEGIN DROP TABLE t; END';\n";
    const [, block] = readStatements(text, { start: 0, end: text.length }, {});
    const [drop] = block === undefined ? [] : nestedStatements(block);
    expect(drop?.operations[0]?.kind).toBe('drop object');
    expect(text.slice(drop?.span.start, drop?.span.end)).toBe('DROP TABLE t');
  });

  it('are none in other statements, in other languages, and in a block that is no program', () => {
    for (const text of ['CREATE TABLE t (a int)', 'DO LANGUAGE plperl $$ BEGIN; $$', 'DO $$ nonsense $$', 'DO $$$$']) {
      const [statement] = readStatements(text, { start: 0, end: text.length }, {});
      expect(statement === undefined ? [] : nestedStatements(statement), text).toEqual([]);
    }
  });
});

describe('statements of a function', () => {
  it('are read in PL/pgSQL and in SQL', () => {
    const plpgsql = 'CREATE FUNCTION f() RETURNS void AS $$ BEGIN DROP TABLE t; END $$ LANGUAGE plpgsql';
    const sql = 'CREATE PROCEDURE p() LANGUAGE sql AS $$ TRUNCATE t; DELETE FROM u; $$';
    const kinds = (text: string) => functionStatements(text).flatMap((statement) => statement.operations.map(({ kind }) => kind));
    expect(kinds(plpgsql)).toEqual(['drop object']);
    expect(kinds(sql)).toEqual(['truncate', 'delete']);
    expect(kinds("CREATE FUNCTION g() RETURNS int LANGUAGE c AS 'x', 'y'")).toEqual([]);
  });
});

describe('what PL/pgSQL adds to SQL', () => {
  const block = (body: string) => {
    const text = `DO $$ DECLARE v int; BEGIN ${body} END $$;`;
    const [statement] = readStatements(text, { start: 0, end: text.length }, {});
    return statement === undefined ? [] : nestedStatements(statement);
  };

  it('is read past: INTO behind RETURNING and SELECT is an assignment, PERFORM a SELECT', () => {
    const found = block(
      'UPDATE t SET a = 1 WHERE b = 2 RETURNING id INTO STRICT v; WITH x AS (DELETE FROM u RETURNING id) SELECT count(*) INTO v FROM x; INSERT INTO t (a) VALUES (1) RETURNING id INTO r.x, v; PERFORM pg_advisory_unlock(1);',
    );
    expect(found.map(({ operations }) => operations.map(({ kind }) => kind))).toEqual([
      ['update'],
      ['delete', 'select'],
      ['insert'],
      ['select'],
    ]);
    expect(found.map(({ text }) => text)[0]).toBe('UPDATE t SET a = 1 WHERE b = 2 RETURNING id');
    expect(found.at(-1)?.operations).toMatchObject([{ functions: ['pg_advisory_unlock'] }]);
  });

  it('does not hide the language: a parameter may have its name', () => {
    const definition = 'CREATE FUNCTION f(language text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE t; END $$';
    expect(functionStatements(definition).map(({ operations }) => operations[0]?.kind)).toEqual(['drop object']);
  });
});

describe('statements that a body puts together', () => {
  const computed = (body: string) => {
    const text = `SELECT 1;\nDO $$ DECLARE q text; BEGIN\n  ${body}\nEND $$;`;
    const [, block] = readStatements(text, { start: 0, end: text.length }, {});
    return { text, found: block === undefined ? [] : computedStatements(block) };
  };
  const sent = (body: string) => computed(body).found.map((statement) => statement.sent);

  it('are read with names in braces for what only a run knows', () => {
    expect(sent("EXECUTE format('CREATE INDEX %I ON %I (a) WHERE b = %L AND c %% 2 = %s', 't_i', t, r.b, 5 + 5);")).toEqual([
      `CREATE INDEX "t_i" ON "{t}" (a) WHERE b = '{r.b}' AND c % 2 = "{...}"`,
    ]);
    expect(sent("EXECUTE 'DROP TABLE p_' || y || '_' || m || ' CASCADE';")).toEqual(['DROP TABLE "p_{y}_{m}" CASCADE']);
    expect(sent("EXECUTE 'SELECT ''' || y || ''' FROM ' || quote_ident(t) USING y;")).toEqual([`SELECT '{y}' FROM "{t}"`]);
    expect(sent("q := 'TRUNCATE a'; RAISE NOTICE 'x'; q := 'TRUNCATE ' || t; EXECUTE q INTO v;")).toEqual(['TRUNCATE "{t}"']);
  });

  it('are told where they are run, with the places of the file', () => {
    const { text, found } = computed("LOOP EXECUTE concat('TRUNCATE ', t, '; DROP TABLE ', t); END LOOP;");
    expect(found.map(({ inLoop, operations }) => [inLoop, operations[0]?.kind])).toEqual([
      [true, 'truncate'],
      [true, 'drop object'],
    ]);
    for (const { span, range, operations } of found) {
      expect(text.slice(span.start, span.end)).toBe("EXECUTE concat('TRUNCATE ', t, '; DROP TABLE ', t)");
      expect(range).toEqual(new LineIndex(text).range(span));
      expect(operations[0]?.span).toEqual(span);
    }
  });

  it('are none where nothing of them is constant, where they are no SQL, and where they are constant', () => {
    expect(sent("EXECUTE q; EXECUTE lower(q); EXECUTE 'no ' || q; EXECUTE 'TRUNCATE t'; q := q || 'x'; EXECUTE q; EXECUTE;")).toEqual([]);
  });

  it('are found in functions', () => {
    const definition = "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE ' || t; TRUNCATE u; END $$";
    expect(computedInFunction(definition).map((statement) => statement.sent)).toEqual(['TRUNCATE "{t}"']);
  });
});
