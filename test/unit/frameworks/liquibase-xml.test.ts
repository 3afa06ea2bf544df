import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { liquibase } from '../../../src/frameworks/liquibase';
import { readXml } from '../../../src/frameworks/liquibase/xml';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Migration } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const options = { engine: { name: 'postgres', major: 18 }, placeholders: {} } as const;
const fixtures = join(import.meta.dirname, '../../fixtures/liquibase');
const fixture = (name: string) => readFileSync(join(fixtures, name), 'utf8');

const xml = (changes: string, attributes = '') =>
  `<databaseChangeLog>\n  <changeSet id="1" author="ann"${attributes}>\n    ${changes}\n  </changeSet>\n</databaseChangeLog>\n`;

function read(text: string, others: Readonly<Record<string, string>> = {}): Migration[] {
  const files = Object.entries({ 'changelog.xml': text, ...others }).map(([path, each]) => ({ path, text: each }));
  return liquibase.read(files, options).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

function only(text: string, others: Readonly<Record<string, string>> = {}): Migration {
  const [migration, ...rest] = read(text, others);
  if (migration === undefined || rest.length > 0) throw new Error(`${rest.length} migrations too many, or none.`);
  return migration;
}

const texts = (program: Migration['up'] | undefined) => program?.statements.map(({ text }) => text);

/** Names of types go in either case, and blanks where none is needed. */
const plain = (sql: string) =>
  sql
    .toLowerCase()
    .replaceAll(/\s+|;\s*$/g, '')
    .replace('charactervarying', 'varchar');

test('the same SQL as Liquibase 4.28 writes (update-sql, offline:postgresql?version=16)', () => {
  // One statement of the second changeset is sent whole, of which the reader makes two.
  const whole = 'update a set x=1;  update b set y=2;';
  const written = fixture('changes.postgresql.sql').replace(`${whole}\n`, `${whole.replace(';  ', ';\n')}\n`);
  const own = read(fixture('changes.xml')).flatMap(({ up }) => up.statements.map(({ text }) => text.replace('/* c */ ', '')));
  expect(own.map(plain)).toEqual(
    written
      .trim()
      .split(/;\n(?! LANGUAGE)/)
      .map((line) => plain(line.replace('; -- note; here', ''))),
  );
});

describe('how a changeset runs', () => {
  test('in a transaction or without one, and only on its databases', () => {
    expect(only(xml('<sql>SELECT 1</sql>')).up.execution.wrapped).toBe(true);
    expect(only(xml('<sql>SELECT 1</sql>', ' runInTransaction="false"')).up.execution.wrapped).toBe(false);
    expect(read(xml('<sql>SELECT 1</sql>', ' dbms="mysql,oracle"'))).toEqual([]);
    expect(read(xml('<sql>SELECT 1</sql>', ' ignore="true"'))).toEqual([]);
    expect(texts(only(xml('<sql dbms="!postgresql">SELECT 1</sql><sql dbms="postgresql">SELECT 2</sql>')).up)).toEqual(['SELECT 2']);
  });

  test('SQL is cut at semicolons, unless it says otherwise, and a file is sent in its place', () => {
    const { up } = only(
      xml(
        '<sql>SELECT 1; SELECT 2</sql><sql splitStatements="false">SELECT 3; SELECT 4</sql><sqlFile path="sql/f.sql" relativeToChangelogFile="true"/>',
      ),
      { 'sql/f.sql': 'SELECT 5;\nSELECT 6;\n' },
    );
    expect(texts(up)).toEqual([1, 2, 3, 4, 5, 6].map((number) => `SELECT ${number}`));
    expect(up.execution.groups).toEqual([[1], [2], [3, 4], [5], [6]]);
  });

  test('places are those of the text in the file, of the change where it is written for one', () => {
    const { up } = only(xml('<sql><![CDATA[\nDELETE FROM a WHERE b < 1]]></sql>\n    <dropTable tableName="a"/>'));
    expect(up.statements.map(({ range }) => range)).toEqual([
      { start: { line: 3, character: 0 }, end: { line: 3, character: 25 } },
      { start: { line: 4, character: 4 }, end: { line: 4, character: 30 } },
    ]);
    expect(texts(only(xml('<sql>DELETE FROM a WHERE b &lt; 1</sql>')).up)).toEqual(['DELETE FROM a WHERE b < 1']);
  });

  test('what is not known is named: other changes, files that are not there, changes of Liquibase on MySQL', () => {
    const unread = ({ up }: Migration) => up.unread?.map(({ text, range }) => [text, range.start.line]);
    expect(unread(only(xml('<loadData file="a.csv"\n tableName="a"/><sqlFile path="a.sql"/>')))).toEqual([
      ['<loadData file="a.csv"', 2],
      ['<sqlFile path="a.sql"/>', 3],
    ]);
    expect(unread(only(xml('<dropTable tableName="a"/>\n<modifySql/>')))).toHaveLength(1);
    const [onMysql] = liquibase.read([{ path: 'changelog.xml', text: xml('<dropTable tableName="a"/><sql>DROP TABLE b</sql>') }], {
      ...options,
      engine: { name: 'mysql', major: 9 },
    });
    expect(onMysql).toMatchObject({ ok: true, value: { up: { statements: [{ text: 'DROP TABLE b' }], unread: [{}] } } });
  });

  test('what is no XML is a problem with its line', () => {
    const [result] = liquibase.read(
      [{ path: 'changelog.xml', text: '<databaseChangeLog>\n<changeSet id="1">\n</databaseChangeLog>' }],
      options,
    );
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining('changelog.xml:3: ') } });
    expect(readXml('<a b="1 &lt; 2">x<!-- c --><![CDATA[<y>]]>&#x41;</a>')).toMatchObject({
      attributes: new Map([['b', '1 < 2']]),
      texts: [{ text: 'x' }, { text: '<y>' }, { text: 'A', isVerbatim: false }],
    });
  });
});

describe('the way back', () => {
  test.each([
    ['<createTable tableName="t"><column name="a" type="int"/></createTable>', ['DROP TABLE t']],
    [
      '<addColumn tableName="t" schemaName="s"><column name="a" type="int"/><column name="b" type="int" value="3"/></addColumn>',
      ['ALTER TABLE s.t DROP COLUMN a', 'ALTER TABLE s.t DROP COLUMN b'],
    ],
    ['<createIndex tableName="t" schemaName="s" indexName="i"><column name="a"/></createIndex>', ['DROP INDEX s.i']],
    [
      '<addPrimaryKey tableName="t" columnNames="a" constraintName="pk"/><renameTable oldTableName="a" newTableName="b"/>',
      ['ALTER TABLE b RENAME TO a', 'ALTER TABLE t DROP CONSTRAINT pk'],
    ],
    ['<sql>SELECT 1</sql><rollback>DROP TABLE x; DROP TABLE y</rollback>', ['DROP TABLE x', 'DROP TABLE y']],
    ['<sql>SELECT 1</sql><rollback><dropTable tableName="z"/></rollback>', ['DROP TABLE z']],
  ])('of %s', (changes, expected) => {
    expect(texts(only(xml(changes)).down)).toEqual(expected);
  });

  test('is missing where one change has no inverse, and is not needed where the changeset says so', () => {
    const rules = (changes: string) =>
      lintFolder({ files: [{ path: 'changelog.xml', text: xml(changes) }], configuration: defaultConfiguration }).reports.flatMap(
        ({ findings }) => findings.map(({ rule }) => rule),
      );
    expect(rules('<dropTable tableName="a"/>')).toContain('missing-rollback');
    expect(rules('<dropTable tableName="a"/><rollback/>')).not.toContain('missing-rollback');
    expect(rules('<addColumn tableName="a"><column name="b" type="text"/></addColumn>')).toEqual(['missing-lock-timeout']);
    expect(
      rules(
        '<!-- faultline-ignore missing-lock-timeout: at night -->\n<addColumn tableName="a"><column name="b" type="text"/></addColumn>',
      ),
    ).toEqual([]);
  });

  test('is placed at the end of the changeset, and read back', () => {
    const text = xml('<sql>CREATE TABLE a (id int)</sql>');
    const placed = liquibase.placeDown(
      only(text),
      [{ path: 'changelog.xml', text }],
      ['DROP TABLE a;', "DO $$ BEGIN PERFORM ']]>'; END $$;"],
    );
    if (placed.kind !== 'edit') throw new Error('Not placed.');
    const edited = text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
    expect(edited).toContain('\n    <rollback>\n      <sql splitStatements="false"><![CDATA[DROP TABLE a]]></sql>\n');
    expect(edited.endsWith('\n    </rollback>\n  </changeSet>\n</databaseChangeLog>\n')).toBe(true);
    expect(texts(only(edited).down)).toEqual(['DROP TABLE a', "DO $$ BEGIN PERFORM ']]>'; END $$"]);
    const again = liquibase.placeDown(only(edited), [{ path: 'changelog.xml', text: edited }], ['DROP TABLE b;']);
    expect(again).toMatchObject({ kind: 'edit', newText: expect.stringContaining('DROP TABLE b') });
  });
});

test('a file of SQL that is included is one changeset, one that nothing names is none', () => {
  const files = { 'a.sql': 'CREATE TABLE a (id int);', 'b.sql': 'SELECT 1;' };
  const migrations = read('<databaseChangeLog><include file="a.sql"/></databaseChangeLog>', files);
  expect(migrations.map(({ id }) => id)).toEqual(['a.sql::raw::includeAll']);
});
