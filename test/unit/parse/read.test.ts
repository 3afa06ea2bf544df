// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../../src/model/migration';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';
import { maximumProgramLength, readRequests, readStatements } from '../../../src/parse/postgres/read';

beforeAll(loadParser);

function read(text: string, placeholders: Record<string, string> = {}): Statement[] {
  const statements = readStatements(text, { start: 0, end: text.length }, placeholders);
  assertPlaces(text, statements);
  return statements;
}

/** What must hold whatever the text is. */
function assertPlaces(text: string, statements: readonly Statement[]): void {
  const lines = new LineIndex(text);
  let end = 0;
  for (const [position, statement] of statements.entries()) {
    expect(statement.index).toBe(position + 1);
    expect(text.slice(statement.span.start, statement.span.end)).toBe(statement.text);
    expect(statement.range).toEqual(lines.range(statement.span));
    expect(statement.span.start).toBeGreaterThanOrEqual(end);
    expect(statement.text).not.toBe('');
    expect(statement.text.trim()).toBe(statement.text);
    end = statement.span.end;
    if (statement.unreadable !== undefined) {
      expect(statement.operations).toEqual([]);
      const problem = lines.span(statement.unreadable.range);
      expect(problem.start).toBeGreaterThanOrEqual(statement.span.start);
      expect(problem.end).toBeLessThanOrEqual(statement.span.end);
    }
    for (const { span, insertAt } of statement.operations) {
      expect(span && span.start >= statement.span.start && span.end <= statement.span.end && span.start <= span.end).toBe(true);
      for (const offset of Object.values(insertAt ?? {})) {
        expect(offset > statement.span.start && offset <= statement.span.end).toBe(true);
      }
    }
  }
}

const texts = (statements: readonly Statement[]): string[] => statements.map(({ text }) => text);

describe('ranges', () => {
  const bodies = [
    "SELECT 'é', '😀', '漢字'",
    'CREATE TABLE "naïve😀" (id int)',
    "DO $$ BEGIN RAISE NOTICE 'x;y'; END $$",
    'ALTER TABLE a ADD b int, ADD c text',
  ];
  const gaps = ['', ' ', '\n', '\r\n', '\r', ' -- ünïcödé; x\n', '/* 😀; /* nested; */ */', '\n\n\t', ' ; ;\n'];

  it('are exact for statements among comments, line breaks of all kinds and text of many bytes', () => {
    for (const before of gaps) {
      for (const between of gaps) {
        for (const prefix of ['', '\ufeff']) {
          const text = `${prefix}${before}${bodies[0]}${between};${bodies[1]};${between}${bodies[2]} ;${before}${bodies[3]}`;
          expect(texts(read(text))).toEqual(bodies);
        }
      }
    }
  });

  it('are the same when one statement is bad and each is read alone', () => {
    for (const gap of gaps) {
      const text = `${gap}${bodies[0]};${gap}SELEC 1${gap.includes('--') ? '' : gap};${bodies[1]};${gap}${bodies[3]};`;
      const statements = read(text);
      expect(texts(statements)).toEqual([bodies[0], 'SELEC 1', bodies[1], bodies[3]]);
      expect(statements.map(({ unreadable }) => unreadable !== undefined)).toEqual([false, true, false, false]);
    }
  });

  it('lie where the program lies in the file', () => {
    const text = '-- é😀\r\nSELECT 0;\r\nSELECT 1;\r\nSELECT 2';
    const start = text.indexOf('SELECT 1');
    const statements = readStatements(text, { start, end: text.length }, {});
    assertPlaces(text, statements);
    expect(texts(statements)).toEqual(['SELECT 1', 'SELECT 2']);
    expect(statements[0]?.range.start).toEqual({ line: 2, character: 0 });
  });

  it('point at the word that the parser stumbled over', () => {
    const [statement] = read("/* é😀 */\nSELECT '😀😀😀' FROM WHERE");
    expect(statement?.unreadable?.range).toEqual({ start: { line: 1, character: 21 }, end: { line: 1, character: 26 } });
    expect(statement?.unreadable?.message).toContain('syntax error at or near "WHERE"');
  });
});

describe('splitting', () => {
  it('knows where a semicolon ends nothing', () => {
    const statements = [
      "SELECT ';', $$;$$, $tag$ ; $x$ ; $tag$, E'\\';', \";\" FROM a",
      'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)',
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
      'SELECT /* ; */ 1 -- ;\n + 2',
      "SELECT U&'\\0041;', B'1', X'F', a.\"b;c\"",
    ];
    expect(texts(read(statements.join(';\n')))).toEqual(statements);
    // The same without the parser's help: the first statement makes it refuse the whole.
    expect(texts(read(['SELEC', ...statements].join(';\n'))).slice(1)).toEqual(statements);
  });

  it('sets aside what belongs to psql', () => {
    const text =
      "\\set ON_ERROR_STOP on\n\\echo 'it''s; done'\nCOPY t (a, b) FROM stdin;\n1;\tx\n2\ty'\n\\.\nSELECT 1 \\gexec\nSELECT 2;\n\\q\n";
    const statements = read(text);
    expect(texts(statements)).toEqual(['COPY t (a, b) FROM stdin', 'SELECT 1', 'SELECT 2']);
    expect(statements[0]?.copyData).toBe("\n1;\tx\n2\ty'\n\\.");
    expect(statements.every(({ unreadable }) => unreadable === undefined)).toBe(true);
  });

  it('does not pass over a file that psql would include', () => {
    const statements = read("SELECT 1;\n\\i other.sql\n\\copy t from 'x.csv'  \nSELECT 2;");
    expect(statements.map(({ text, unreadable }) => [text, unreadable?.message.includes('another file')])).toEqual([
      ['SELECT 1', undefined],
      ['\\i other.sql', true],
      ["\\copy t from 'x.csv'", true],
      ['SELECT 2', undefined],
    ]);
  });

  it('goes on after a forgotten bracket or quote', () => {
    const statements = read(
      "CREATE TABLE a (x int;\nCREATE TABLE b (y int);\nINSERT INTO c VALUES ('x);\nINSERT INTO c VALUES ('y');\nSELECT 3;",
    );
    expect(texts(statements)).toEqual([
      'CREATE TABLE a (x int',
      'CREATE TABLE b (y int)',
      "INSERT INTO c VALUES ('x)",
      "INSERT INTO c VALUES ('y')",
      'SELECT 3',
    ]);
    expect(statements.map(({ unreadable }) => unreadable !== undefined)).toEqual([true, false, true, false, false]);
  });

  it('does not take the lines of a function body for statements', () => {
    const text =
      'CREATE FUNCTION f() RETURN int AS $$\nBEGIN\nDELETE FROM a;\nINSERT INTO b VALUES (1);\nEND $$ LANGUAGE plpgsql;\nSELECT 1;';
    const statements = read(text);
    expect(statements).toHaveLength(2);
    expect(statements[0]?.unreadable).toBeDefined();
    expect(statements[1]?.text).toBe('SELECT 1');
  });

  it('reads requests apart, numbered through', () => {
    const text = 'SELECT 1; SELECT 2;\nSELECT 3;';
    const requests = readRequests(
      text,
      [
        { start: 0, end: 19 },
        { start: 20, end: 29 },
      ],
      {},
    );
    expect(requests.map((statements) => statements.map(({ index, text }) => [index, text]))).toEqual([
      [
        [1, 'SELECT 1'],
        [2, 'SELECT 2'],
      ],
      [[3, 'SELECT 3']],
    ]);
    assertPlaces(text, requests.flat());
  });
});

describe('placeholders', () => {
  it('with a value are replaced everywhere, and the ranges stay those of the file', () => {
    const text =
      "CREATE TABLE :APP.t (a int); DO $$ BEGIN PERFORM :APP.f(); END $$; SELECT :'NAME', :\"NAME\", '${APP}'; ALTER TABLE :APP.t ADD b int";
    const statements = read(text, { APP: 'long_schema_name', NAME: "O'Hara" });
    expect(statements.map(({ sent }) => sent)).toEqual([
      'CREATE TABLE long_schema_name.t (a int)',
      'DO $$ BEGIN PERFORM long_schema_name.f(); END $$',
      "SELECT 'O''Hara', \"O'Hara\", 'long_schema_name'",
      'ALTER TABLE long_schema_name.t ADD b int',
    ]);
    expect(statements[0]?.operations[0]).toMatchObject({ kind: 'create table', table: { schema: 'long_schema_name', name: 't' } });
    const { span } = statements[3]?.operations[0] ?? {};
    expect(text.slice(span?.start, span?.end)).toBe('ADD b int');
  });

  it('without a value are read and named', () => {
    const statements = read('SELECT :FOO, ${bar}_x FROM :"BAZ".t; SELECT 1');
    expect(statements[0]?.unreadable).toBeUndefined();
    expect(statements[0]?.unresolved).toEqual(['FOO', 'bar', 'BAZ']);
    expect(statements[0]?.sent).toBe('SELECT :FOO, ${bar}_x FROM :"BAZ".t');
    expect(statements[1]?.unresolved).toBeUndefined();
  });

  it('are not seen where colons mean something else', () => {
    const [statement] = read("SELECT a::text, b[1:n], c[:m], '12:30'::time, JSON_OBJECT('k':v), f(x := 1)");
    expect(statement?.unreadable).toBeUndefined();
    expect(statement?.unresolved).toBeUndefined();
    expect(read('SELECT a::int', { int: 'x' })[0]?.sent).toBe('SELECT a::int');
    expect(read('SELECT :abc', { ab: 'x' })[0]?.sent).toBe('SELECT :abc');
  });
});

describe('bad input', () => {
  it('gives nothing for nothing', () => {
    for (const text of ['', ' \r\n\t', ';;;', '-- only a comment', '/* one */ -- two', '\ufeff']) expect(read(text)).toEqual([]);
  });

  it('gives one finding for what is no SQL', () => {
    for (const text of [
      'PK\u0003\u0004\0\0binary\0',
      '%PDF-1.7 garbage',
      'hello world',
      '<?xml version="1.0"?>',
      '{"a": 1}',
      '\ud800 lone',
      '/* no end',
      "'",
    ]) {
      const statements = read(text);
      expect(statements).toHaveLength(1);
      expect(statements[0]?.unreadable?.message).toMatch(/^PostgreSQL can't read this statement: /);
    }
  });

  it('survives every way of cutting a migration short', () => {
    const text =
      "-- é😀\r\nCREATE TABLE \"ü\" (a int DEFAULT 5, b text CHECK (b <> 'x;y'));\nINSERT INTO t VALUES (1, '😀');\nDO $body$ BEGIN PERFORM 1; END $body$;\nALTER TABLE ONLY a.b ADD CONSTRAINT c FOREIGN KEY (x) REFERENCES y (z) NOT VALID, ALTER COLUMN q TYPE varchar(20) USING q::varchar;\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(a), (b || 'x')) WHERE b IS NOT NULL;\n";
    for (let length = 0; length <= text.length; length++) read(text.slice(0, length));
    for (let start = 0; start < text.length; start += 3) read(text.slice(start));
  });

  it('survives text with a piece taken out or repeated', () => {
    const text =
      "CREATE FUNCTION f() RETURNS void AS $$ BEGIN UPDATE t SET a = '1'; END $$ LANGUAGE plpgsql; SELECT ARRAY[1, 2], (SELECT ':x'), \"q\"; COPY t FROM stdin;\n1\n\\.\n";
    for (let at = 0; at < text.length; at += 2) {
      read(text.slice(0, at) + text.slice(at + 5));
      read(text.slice(0, at) + text.slice(at, at + 3) + text.slice(at));
    }
  });

  it('refuses nesting that would break the parser, and the parser works afterwards', () => {
    const deep = [
      `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `SELECT 1${'+1'.repeat(60_000)}`,
      `SELECT ${'not '.repeat(9000)}true`,
      `SELECT 1${' union select 1'.repeat(30_000)}`,
      `SELECT ${'f('.repeat(100_000)}`,
      `SELECT ${'case when true then '.repeat(5000)}1${' end'.repeat(5000)}`,
      `SELECT 1${'::int'.repeat(30_000)}`,
    ];
    for (let round = 0; round < 10; round++) {
      for (const statement of deep) {
        const statements = read(`${statement};\nSELECT 2;`);
        expect(statements[0]?.unreadable?.message).toContain('nested too deeply');
      }
    }
    expect(read('SELECT 1')[0]?.unreadable).toBeUndefined();
  });

  it('reads long lists, which are not deep', () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `(${row}, 'x')`).join(', ');
    const conditions = Array.from({ length: 3000 }, (_, row) => `id = ${row}`).join(' OR ');
    expect(
      read(`INSERT INTO t VALUES ${rows}; DELETE FROM t WHERE ${conditions}`).every(({ unreadable }) => unreadable === undefined),
    ).toBe(true);
  });

  it('answers in bounded time however long the text is', { timeout: 120_000 }, () => {
    const statement = "INSERT INTO t VALUES (1, 'some text');\n";
    const started = performance.now();
    const long = read(statement.repeat(Math.ceil(10_000_000 / statement.length)));
    expect(long).toHaveLength(1);
    expect(long[0]?.unreadable?.message).toContain('MB of SQL');
    for (const part of ["'", '(', '"', '/*', '$$', "';\nselect '", '$a$;\nselect (', '\\', ':x', '-- \n;', '\u00e9;']) {
      const text = part.repeat(Math.floor(300_000 / part.length));
      expect(readStatements(text, { start: 0, end: text.length }, {}).length).toBeGreaterThanOrEqual(0);
    }
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(maximumProgramLength).toBeGreaterThan(1_000_000);
  });

  it('reads five thousand statements quickly, also with a bad one among them', { timeout: 120_000 }, () => {
    const text = Array.from({ length: 5000 }, (_, row) => `ALTER TABLE t${row} ADD COLUMN c int NOT NULL DEFAULT 5;\n`).join('');
    const started = performance.now();
    expect(readStatements(text, { start: 0, end: text.length }, {})).toHaveLength(5000);
    expect(readStatements(`SELEC;${text}`, { start: 0, end: text.length + 6 }, {})).toHaveLength(5001);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});
