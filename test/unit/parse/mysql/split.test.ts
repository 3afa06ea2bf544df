// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
import { describe, expect, it } from 'vitest';
import { readRequests, readStatements } from '../../../../src/parse/mysql/read';
import { engine, read } from './statements';

const texts = (text: string, of = engine('mysql')): string[] => read(text, of).map((statement) => statement.text);
const kinds = (text: string, of = engine('mysql')): string[] =>
  read(text, of).flatMap(({ operations, unreadable }) => (unreadable === undefined ? operations.map(({ kind }) => kind) : ['unreadable']));

describe('statements', () => {
  it('end at semicolons outside of literals, names and comments', () => {
    const text = "SELECT 'a;''b\\';' ; SELECT \"x;\"; SELECT `;` FROM t -- ; no\n; # ; no\nSELECT /* ; */ 1;";
    expect(texts(text)).toEqual(["SELECT 'a;''b\\';'", 'SELECT "x;"', 'SELECT `;` FROM t', 'SELECT /* ; */ 1']);
  });

  it('have exact places, also behind characters of two code units and other line breaks', () => {
    const text = "SELECT '😀';\r\n\r\n  DROP TABLE t;";
    const [, second] = read(text);
    expect(second?.span).toEqual({ start: 18, end: 30 });
    expect(second?.range).toEqual({ start: { line: 2, character: 2 }, end: { line: 2, character: 14 } });
  });

  it('take two dashes for a comment only with white space behind them', () => {
    expect(texts('SELECT 5--1; SELECT 2 --\t; x\n;')).toEqual(['SELECT 5--1', 'SELECT 2']);
  });

  it('are none where there are only comments and white space', () => {
    expect(read('\ufeff -- a\n/* b; */ ; ;\n# c')).toEqual([]);
  });

  it('may have names that begin with digits, and numbers directly behind a point', () => {
    expect(kinds('DROP TABLE 2020_users; DROP TABLE shop.1a; SELECT 1e5, .5 FROM 2x')).toEqual(['drop object', 'drop object', 'select']);
  });
});

describe('DELIMITER', () => {
  it.each(['//', '$$', '$', ';;', '|', 'go'])('%s ends what stands before it, directly behind a word as well', (delimiter) => {
    const body = 'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END';
    const text = `DELIMITER ${delimiter}\n${body}${delimiter === 'go' ? ' ' : ''}${delimiter}\nDROP PROCEDURE p${delimiter === 'go' ? ' ' : ''}${delimiter}\ndelimiter ;\nSELECT 3;`;
    expect(texts(text)).toEqual([body, 'DROP PROCEDURE p', 'SELECT 3']);
  });

  it('is not sent, and a semicolon before it says nothing', () => {
    expect(texts('DELIMITER //\nCREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; //\n')).toEqual([
      'CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
    ]);
  });

  it('does not keep statements together that are no routine', () => {
    expect(texts('DELIMITER //\nDROP TABLE a; DROP TABLE b//')).toEqual(['DROP TABLE a', 'DROP TABLE b']);
  });
});

describe('bodies without DELIMITER', () => {
  it.each([
    'CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; SELECT CASE WHEN a THEN 1 ELSE 2 END; END',
    'CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; START TRANSACTION; COMMIT; END',
    'CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE; WHILE a DO SET a = 0; END WHILE; END',
    "CREATE FUNCTION f(a INT) RETURNS VARCHAR(9) CHARACTER SET utf8mb4 DETERMINISTIC IF a THEN RETURN 'a'; ELSE RETURN IF(a, 'b', 'c'); END IF",
    'CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW IF NEW.a THEN SET @a = 1; SET @b = 2; END IF',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END',
    'CREATE DEFINER=`root`@`localhost` PROCEDURE `begin`() outer_block: BEGIN LOOP LEAVE outer_block; END LOOP; END outer_block',
    "CREATE PROCEDURE p() BEGIN XA START 'x'; XA END 'x'; SELECT REPEAT('a', 2); END",
  ])('%s', (body) => {
    expect(texts(`${body};\nDROP TABLE t;`)).toEqual([body, 'DROP TABLE t']);
    expect(kinds(body)).toEqual(['create object']);
  });

  it('are those of MariaDB alone where they stand outside of routines', () => {
    const text = 'BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3;';
    expect(texts(text, engine('mariadb'))).toHaveLength(2);
    expect(kinds(text, engine('mariadb'))).toEqual(['do block', 'select']);
    expect(kinds('BEGIN; SELECT 1; COMMIT;')).toEqual(['transaction', 'select', 'transaction']);
  });
});

describe('executable comments', () => {
  const conditional = 'CREATE TABLE t (a INT /*!80013 INVISIBLE */)';

  it('are part of the statement for the versions that they name', () => {
    const [operation] = read(conditional, engine('mysql', '8.0'))[0]?.operations ?? [];
    expect(operation).toMatchObject({ kind: 'create table', columns: [{ name: 'a', invisible: true }] });
    expect(read(conditional, engine('mariadb'))[0]?.operations[0]).not.toMatchObject({ columns: [{ invisible: true }] });
    expect(kinds('SELECT 1 /*!90000 + 1 */')).toEqual(['select']);
    expect(kinds('/*!90000 DROP TABLE t */;', engine('mysql', '8.4'))).toEqual([]);
    expect(kinds('/*!90000 DROP TABLE t */;', engine('mysql', '9'))).toEqual(['drop object']);
  });

  it("of MariaDB are MariaDB's", () => {
    expect(kinds('/*M! DROP TABLE t */;')).toEqual([]);
    expect(kinds('/*M! DROP TABLE t */;', engine('mariadb'))).toEqual(['drop object']);
    expect(kinds('/*M!110000 DROP TABLE t */;', engine('mariadb', '10.11'))).toEqual([]);
    expect(kinds('/*M!101100 DROP TABLE t */;', engine('mariadb', '10.11'))).toEqual(['drop object']);
    expect(kinds('/*!100100 DROP TABLE t */; /*!50100 DROP TABLE t */; /*!80000 no SQL */;', engine('mariadb'))).toEqual([
      'drop object',
      'drop object',
    ]);
  });

  it('belong to the statement with their marks, as a dump has them', () => {
    const text =
      '/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END */';
    expect(texts(`DELIMITER ;;\n${text};;\nDELIMITER ;\n/*!40101 SET NAMES utf8 */;`)).toEqual([text, '/*!40101 SET NAMES utf8 */']);
  });

  it('hide nothing behind a comment in them', () => {
    expect(kinds('/*!99999 a /* b */ c */ DROP TABLE t;')).toEqual(['drop object']);
    expect(kinds('/*!50000 DROP /* b */ TABLE t */;')).toEqual(['drop object']);
  });
});

describe('what can not be read', () => {
  it('is one statement, and the rest is read', () => {
    const statements = read('CREATE TABLE a (x INT);\nCREATE TABLE b (x INT,);\nCREATE TABLE c (x INT);');
    expect(statements.map(({ unreadable }) => unreadable?.message)).toEqual([
      undefined,
      'MySQL can\'t read this statement: ")" stands where a column\'s name should.',
      undefined,
    ]);
    expect(statements[1]?.unreadable?.range).toEqual({ start: { line: 1, character: 22 }, end: { line: 1, character: 23 } });
  });

  it.each([
    ['a quote', "INSERT INTO t VALUES ('a);\nDROP TABLE b;\n", 'the quoted string that begins here never ends'],
    ['a quote that the next one closes', "ALTER TABLE t ADD a INT DEFAULT 'x;\nDROP TABLE b;\nSELECT 'y';\n", 'never ends'],
    ['a backtick', 'DROP TABLE `a;\nDROP TABLE b;\n', 'the quoted identifier that begins here never ends'],
    ['END', 'CREATE PROCEDURE p() BEGIN SELECT 1;\nDROP TABLE b;\n', 'its body has no END'],
  ])('costs no more than itself where %s is missing', (_, text, says) => {
    const statements = read(text);
    expect(statements[0]?.unreadable?.message).toContain(says);
    expect(statements.flatMap(({ operations }) => operations)).toContainEqual(
      expect.objectContaining({ kind: 'drop object', objects: [{ name: 'b' }] }),
    );
  });

  it('says that MySQL lacks what only MariaDB has', () => {
    const [statement] = read('ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT');
    expect(statement?.unreadable?.message).toContain('only MariaDB has IF EXISTS and IF NOT EXISTS here');
    expect(kinds('ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT', engine('mariadb'))).toEqual(['add column']);
  });

  it.each([
    'SELECT a FROM t WHERE a >',
    'UPDATE t SET a = , b = 1',
    'CREATE TABLE t (a INT, CHECK (a > ))',
    'INSERT INTO t VALUES (1, )',
    'SELECT ( = 1)',
    'SELECT a, , b FROM t',
    'DELETE FROM t WHERE a = 1 AND',
  ])('is an expression with a hole: %s', (sql) => {
    expect(kinds(sql)).toEqual(['unreadable']);
  });

  it.each(['SELECT COUNT(*), t.*, -1, t.order, order.id FROM t', 'GRANT ALL ON *.* TO a', "SELECT a->'$.x', @v := 1 FROM t", 'CALL p()'])(
    'is none of these: %s',
    (sql) => {
      expect(kinds(sql)).not.toContain('unreadable');
    },
  );

  it('is work that lies in another file', () => {
    const [statement, next] = read('source other.sql;\nSELECT 1;');
    expect(statement?.unreadable?.message).toContain('another file');
    expect(next?.operations[0]?.kind).toBe('select');
  });

  it('takes bounded time, however hostile', () => {
    const hostile = [
      `SELECT ${'('.repeat(200_000)}`,
      `SELECT ${'CASE WHEN '.repeat(50_000)}`,
      "CREATE TABLE t (a INT DEFAULT 'x);\n".repeat(3000),
      'CREATE PROCEDURE p() BEGIN SELECT 1;\n'.repeat(3000),
      'CREAT;\n'.repeat(20_000),
      `${'/*! '.repeat(50_000)}`,
      `INSERT INTO t VALUES ${"(1, 'a'),".repeat(50_000)}(1, 'a')`,
      `SELECT ${'a.'.repeat(100_000)}b`,
    ];
    for (const text of hostile) {
      const { user } = process.cpuUsage();
      read(text);
      expect(process.cpuUsage({ user, system: 0 }).user / 1000, text.slice(0, 40)).toBeLessThan(5000);
    }
  });

  it('is all of a text that is too long, and the rest of one that is no SQL', () => {
    const long = read(`SELECT 1;${' '.repeat(4 * 1024 * 1024)}`);
    expect(long).toHaveLength(1);
    expect(long[0]?.unreadable?.message).toContain('reads up to 4 MB');
    const wrong = read('CREAT;\n'.repeat(1000));
    expect(wrong.length).toBeLessThan(600);
    expect(wrong.at(-1)?.unreadable?.message).toContain('the rest was not tried');
  });
});

describe('placeholders', () => {
  it('with a value are replaced in what is sent, and places stay those of the file', () => {
    const text = 'CREATE TABLE ${schema}.t (a INT);\nDROP TABLE ${schema}.t, ${other};';
    const [create, drop] = readStatements(text, { start: 0, end: text.length }, { schema: 'a_long_name' }, engine('mysql'));
    expect(create).toMatchObject({ sent: 'CREATE TABLE a_long_name.t (a INT)', text: 'CREATE TABLE ${schema}.t (a INT)' });
    expect(drop?.text).toBe('DROP TABLE ${schema}.t, ${other}');
    expect(drop?.unresolved).toEqual(['other']);
    expect(drop?.operations[0]).toMatchObject({ objects: [{ schema: 'a_long_name', name: 't' }, { name: '${other}' }] });
  });

  it('are part of a name', () => {
    expect(read('DROP TABLE ${prefix}users, `${prefix}users`')[0]?.operations[0]).toMatchObject({
      objects: [{ name: '${prefix}users' }, { name: '${prefix}users' }],
    });
  });
});

it('numbers the statements of several requests through', () => {
  const text = 'DROP TABLE a; -- cut --\nDROP TABLE b; DROP TABLE c';
  const requests = readRequests(
    text,
    [
      { start: 0, end: 13 },
      { start: 24, end: text.length },
    ],
    {},
    engine('mysql'),
  );
  expect(requests.map((statements) => statements.map((statement) => [statement.index, statement.text]))).toEqual([
    [[1, 'DROP TABLE a']],
    [
      [2, 'DROP TABLE b'],
      [3, 'DROP TABLE c'],
    ],
  ]);
});
