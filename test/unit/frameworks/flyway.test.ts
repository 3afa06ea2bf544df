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
