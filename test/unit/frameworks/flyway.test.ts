import { beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../../src/frameworks/registry';
import type { Engine } from '../../../src/model/engine';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const postgres: Engine = { name: 'postgres', major: 17 };

function read(files: readonly SourceFile[], engine: Engine = postgres) {
  return readFolder(files, { engine, placeholders: {}, framework: 'flyway' });
}

function settings(text: string): SourceFile {
  return { path: '../flyway.conf', text };
}

describe('placeholders of Flyway', () => {
  const form = 'flyway.placeholderPrefix={{\nflyway.placeholderSuffix=}}\nflyway.placeholders.App=shop\n';
  const v1 = { path: 'V1__a.sql', text: 'CREATE TABLE {{app}}.a (id bigint);\nCREATE TABLE {{other}}.b (note text);\n' };

  it.each([postgres, { name: 'mysql', major: 9 } as const])('have the prefix and suffix of the project ($name)', (engine) => {
    const [first, second] = read([v1, settings(form)], engine).migrations[0]?.up.statements ?? [];
    expect(first?.sent).toBe('CREATE TABLE shop.a (id bigint)');
    expect(first?.text).toBe('CREATE TABLE {{app}}.a (id bigint)');
    expect(first?.unreadable).toBeUndefined();
    expect(second?.unresolved).toEqual(['other']);
    expect(second?.unreadable).toBeUndefined();
    expect(second?.range).toEqual({ start: { line: 1, character: 0 }, end: { line: 1, character: 36 } });
  });

  it('are found in flyway.toml, and as Flyway spells its own', () => {
    const toml = {
      path: '../flyway.toml',
      text: '[flyway]\nplaceholderPrefix = "$["\nplaceholderSuffix = "]"\nplaceholderSeparator = "_"\ntable = "h"\n',
    };
    const sql = { path: 'V1__a.sql', text: 'INSERT INTO log SELECT count(*) FROM $[flyway_table];\n' };
    expect(read([sql, toml]).migrations[0]?.up.statements[0]?.sent).toBe('INSERT INTO log SELECT count(*) FROM h');
  });

  it('have names that are the same in upper and lower case', () => {
    const sql = { path: 'V1__a.sql', text: `CREATE TABLE \${APP}.a (id bigint);\n` };
    const [migration] = read([sql, settings('flyway.placeholders.app=shop\n')]).migrations;
    expect(migration?.up.statements[0]?.sent).toBe('CREATE TABLE shop.a (id bigint)');
  });

  it('are not the variables of psql', () => {
    const sql = { path: 'V1__a.sql', text: "SELECT ARRAY[1,2,3][1:b], '{:b}';\n" };
    const [migration] = read([sql, settings('flyway.placeholders.b=2\n')]).migrations;
    expect(migration?.up.statements[0]?.sent).toBe("SELECT ARRAY[1,2,3][1:b], '{:b}'");
  });
});

describe('a baseline of Flyway', () => {
  const baseline = { path: 'B5__all.sql', text: 'CREATE TABLE a (id bigint);\n' };
  const older = { path: 'B3__all.sql', text: 'CREATE TABLE a (id int);\n' };
  const v6 = { path: 'V6__b.sql', text: 'CREATE TABLE b (id bigint);\n' };

  it('stands for the versions that are no longer there', () => {
    const { migrations, problems } = read([v6, older, baseline]);
    expect(problems).toEqual([]);
    expect(migrations.map(({ title }) => title)).toEqual(['B5__all.sql', 'V6__b.sql']);
    expect(migrations[0]).toMatchObject({ id: '5', downUnsupported: true });
  });

  it('is left out where they are', () => {
    const v1 = { path: 'V1__a.sql', text: 'CREATE TABLE a (id int);\n' };
    expect(read([v6, v1, baseline]).migrations.map(({ title }) => title)).toEqual(['V1__a.sql', 'V6__b.sql']);
  });

  it('is recorded as what it is', () => {
    const { framework, migrations } = read([v6, baseline]);
    const [first] = migrations;
    const rows = (engine: Engine) =>
      first === undefined ? '' : (framework.run?.(engine).steps(first) ?? []).map((step) => ('text' in step ? step.text : '')).join('\n');
    expect(rows(postgres)).toMatch(/'5', 'all', 'SQL_BASELINE'/);
    expect(rows({ name: 'mysql', major: 9 })).toMatch(/'5', 'all', 'SQL_BASELINE'/);
  });
});

describe('names of Flyway', () => {
  const spring: SourceFile = {
    path: '../../application.yml#migrations',
    text: 'flyway.sqlmigrationprefix=M\nflyway.sqlmigrationseparator=_-_\nflyway.sqlmigrationsuffixes=.up.sql,.sql\nflyway.placeholders.app=shop\n',
  };
  const file = (path: string, text = 'SELECT 1;\n'): SourceFile => ({ path, text });

  it('are those that an application of Spring Boot sets, and so is the way back', () => {
    const files = [
      file('M10_-_last.up.sql'),
      file('M2_-_b_c.sql', `CREATE TABLE \${app}.b (id bigint);\n`),
      file('U2_-_b_c.sql'),
      file('V1__old.sql'),
      spring,
    ];
    const { framework, migrations, problems } = readFolder(files, { engine: postgres, placeholders: {} });
    expect(problems).toEqual([]);
    expect(framework.name).toBe('flyway');
    expect(migrations.map(({ id, title, down }) => [id, title, down?.path])).toEqual([
      ['2', 'M2_-_b_c.sql', 'U2_-_b_c.sql'],
      ['10', 'M10_-_last.up.sql', undefined],
    ]);
    expect(migrations[0]?.up.statements[0]?.sent).toBe('CREATE TABLE shop.b (id bigint)');
    const [first, last] = migrations;
    if (first === undefined || last === undefined) throw new Error('not read');
    expect(framework.placeDown(last, files, ['SELECT 2;'])).toMatchObject({ kind: 'create', path: 'U10_-_last.up.sql' });
    const sent = framework.run?.(postgres).steps(first) ?? [];
    expect(sent.map((step) => ('text' in step ? step.text : '')).join('\n')).toMatch(/'2', 'b c', 'SQL', 'M2_-_b_c\.sql'/);
  });

  it('are those of flyway.toml, in which suffixes are a list', () => {
    const toml = {
      path: '../flyway.toml',
      text: '[flyway]\nsqlMigrationPrefix = "D"\nundoSqlMigrationPrefix = "DU"\nrepeatableSqlMigrationPrefix = "REP"\nsqlMigrationSuffixes = [".pg.sql", ".sql"]\n',
    };
    const { migrations } = read([file('D1__a.pg.sql'), file('DU1__a.sql'), file('REP__v.sql'), file('R__w.sql'), toml]);
    expect(migrations.map(({ id, down }) => [id, down?.path])).toEqual([
      ['1', 'DU1__a.sql'],
      ['R__v', undefined],
    ]);
  });

  it('need no description', () => {
    expect(read([file('V1.sql'), file('V2.1__.sql'), file('Roles.sql'), file('V3_a.sql')]).migrations.map(({ id }) => id)).toEqual([
      '1',
      '2.1',
    ]);
  });
});
