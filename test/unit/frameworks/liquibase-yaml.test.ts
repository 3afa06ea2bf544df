import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { liquibase } from '../../../src/frameworks/liquibase';
import { readYaml } from '../../../src/frameworks/liquibase/yaml';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Migration } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const options = { engine: { name: 'postgres', major: 18 }, placeholders: {} } as const;
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/liquibase', name), 'utf8');

function read(text: string, path = 'changelog.yaml', others: Readonly<Record<string, string>> = {}): Migration[] {
  const files = Object.entries({ [path]: text, ...others }).map(([name, each]) => ({ path: name, text: each }));
  return liquibase.read(files, options).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

function only(text: string, path?: string, others?: Readonly<Record<string, string>>): Migration {
  const [migration, ...rest] = read(text, path, others);
  if (migration === undefined || rest.length > 0) throw new Error(`${rest.length} migrations too many, or none.`);
  return migration;
}

const texts = (program: Migration['up'] | undefined) => program?.statements.map(({ text }) => text);

const yaml = (inside: string) => `databaseChangeLog:\n  - changeSet:\n      id: 1\n      author: ann\n${inside}`;

describe.each(['changes.yaml', 'changes.json'])('%s', (name) => {
  test('says the same as the changelog in XML, up and down', () => {
    const shown = ({ up, down, downUnsupported }: Migration) => [texts(up), texts(down), up.execution.groups, downUnsupported];
    expect(read(fixture(name), name).map(shown)).toEqual(read(fixture('changes.xml'), 'changes.xml').map(shown));
  });
});

test('SQL stands where it stands in the file, whatever way its lines are written', () => {
  const text = yaml(
    [
      '      changes:',
      '        - sql: |-',
      '            DELETE FROM a; -- all',
      '',
      '              DELETE FROM b;',
      '        - sql:',
      '            splitStatements: false',
      '            sql: >',
      '              DELETE',
      '              FROM c',
      "        - sql: {sql: 'DELETE FROM d'}",
      '        - sql: { sql: "DELETE FROM \\u0065" }',
      '        - dropTable: { tableName: f }',
      '',
    ].join('\n'),
  );
  for (const [own, breaks] of [
    [text, '\n'],
    [text.replaceAll('\n', '\r\n'), '\r\n'],
    [`\ufeff${text}`, '\n'],
  ] as const) {
    const lines = own.replace('\ufeff', '').split(breaks);
    const found = only(own).up.statements.map(({ text: sent, range: { start, end } }) => {
      const line = lines[start.line] ?? '';
      return [sent, start.line === end.line ? line.slice(start.character, end.character) : `${line.slice(start.character)}...${end.line}`];
    });
    expect(found).toEqual([
      ['DELETE FROM a', 'DELETE FROM a'],
      ['DELETE FROM b', 'DELETE FROM b'],
      ['DELETE FROM c', 'DELETE...13'],
      ['DELETE FROM d', 'DELETE FROM d'],
      ['DELETE FROM e', '"DELETE FROM \\u0065"'],
      ['DROP TABLE f', 'dropTable: { tableName: f }'],
    ]);
  }
});

test('a delimiter on a line of its own cuts what is written over several lines', () => {
  const text = yaml(
    '      changes:\n        - sql:\n            endDelimiter: GO\n            sql: |\n              SELECT 1\n              GO\n              SELECT 2\n              GO\n',
  );
  expect(texts(only(text).up)).toEqual(['SELECT 1', 'SELECT 2']);
});

test('a changeset runs in a transaction or without one, and only on its databases', () => {
  const one = (line: string) => read(yaml(`      ${line}\n      changes:\n        - sql: SELECT 1\n`));
  expect(one('comment: x')[0]?.up.execution.wrapped).toBe(true);
  expect(one('runInTransaction: false')[0]?.up.execution.wrapped).toBe(false);
  expect(one('dbms: mysql')).toEqual([]);
  expect(one('ignore: true')).toEqual([]);
});

test('files that are sent, and what an anchor stands for', () => {
  const text = `anchors: &key { name: id, type: bigint }\n${yaml(
    '      changes:\n        - createTable: { tableName: t, columns: [{ column: *key }] }\n        - sqlFile: { path: f.sql, relativeToChangelogFile: true }\n',
  )}`;
  expect(texts(only(text, 'changelog.yaml', { 'f.sql': 'SELECT 5;\nSELECT 6;\n' }).up)).toEqual([
    'CREATE TABLE t (id BIGINT)',
    'SELECT 5',
    'SELECT 6',
  ]);
});

test('what cannot be read is a problem with its line', () => {
  const problems = (path: string, text: string) =>
    liquibase.read([{ path, text }], options).flatMap((result) => (result.ok ? [] : [result.error.message]));
  expect(problems('changelog.yaml', 'databaseChangeLog:\n  - changeSet:\n      id: [1\n    author: ann\n')).toEqual([
    expect.stringMatching(/^changelog\.yaml:4: this is no YAML that can be read \(.+\), so Liquibase refuses the changelog\.$/),
  ]);
  expect(problems('changelog.json', '{ "databaseChangeLog": [{ "changeSet": { "id": "1" }')).toEqual([
    expect.stringContaining('this is no JSON'),
  ]);
  expect(problems('changelog.yaml', 'databaseChangeLog:\n')).toEqual([]);
  expect(readYaml('')).toMatchObject({ line: 1 });
});

test('a change that is not known is named, and a comment in the changelog silences a finding', () => {
  const { up } = only(yaml('      changes:\n        - loadData:\n            file: a.csv\n            tableName: a\n'));
  expect(up.unread?.map(({ text, range }) => [text, range.start.line])).toEqual([['loadData:', 5]]);
  const rules = (comment: string) => {
    const text = yaml(`      changes:\n${comment}        - dropColumn: { tableName: a, columnName: b }\n      rollback: SELECT 1\n`);
    const files = [{ path: 'changelog.yaml', text }];
    return lintFolder({ files, configuration: defaultConfiguration }).reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  };
  expect(rules('')).toContain('missing-lock-timeout');
  expect(rules('        # faultline-ignore missing-lock-timeout: at night\n')).not.toContain('missing-lock-timeout');
  expect(rules('        # faultline-ignore missing-lock-timeout: at night\n')).not.toContain('unused-suppression');
});

describe('the way back', () => {
  test.each([
    ['rollback: DROP TABLE x; DROP TABLE y', ['DROP TABLE x', 'DROP TABLE y']],
    ['rollback:\n        - dropTable: { tableName: z }\n        - sql: DROP TABLE y', ['DROP TABLE z', 'DROP TABLE y']],
    ['rollback: { sql: { sql: DROP TABLE y } }', ['DROP TABLE y']],
    ['rollback: |\n        DROP TABLE x;\n        DROP TABLE y;', ['DROP TABLE x', 'DROP TABLE y']],
  ])('is what %s says', (rollback, expected) => {
    expect(texts(only(yaml(`      changes:\n        - sql: SELECT 1\n      ${rollback}\n`)).down)).toEqual(expected);
  });

  test('is not needed where the changeset says so', () => {
    expect(only(yaml('      changes:\n        - sql: SELECT 1\n      rollback:\n')).downUnsupported).toBe(true);
  });

  const statements = [
    'DROP TABLE a;',
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n\n  NULL; -- x: y\nEND $$;',
    "SELECT 'a: b';",
  ];
  const sent = [
    'DROP TABLE a',
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n\n  NULL; -- x: y\nEND $$',
    "SELECT 'a: b'",
  ];

  test.each([
    [
      'lines',
      'changelog.yaml',
      yaml('      changes:\n        - sql: SELECT 1 # one\n\n  # the next\n  - changeSet:\n      id: 2\n      author: bob\n'),
    ],
    ['lines of Windows', 'changelog.yml', yaml('      changes:\n        - sql: |\n            SELECT 1\n').replaceAll('\n', '\r\n')],
    ['lines that end with the file', 'changelog.yaml', yaml('      changes:\n      - sql: SELECT 1')],
    ['one that is empty', 'changelog.yaml', yaml('      rollback:\n      changes:\n        - sql: SELECT 1\n')],
    ['one that is there', 'changelog.yaml', yaml('      rollback: |\n        SELECT 3\n      changes:\n        - sql: SELECT 1\n')],
    ['braces', 'changelog.yaml', 'databaseChangeLog:\n  - changeSet: { id: 1, author: ann, changes: [{ sql: { sql: SELECT 1 } }] }\n'],
    [
      'JSON',
      'changelog.json',
      '{\n\t"databaseChangeLog": [\n\t\t{ "changeSet": {\n\t\t\t"id": "1",\n\t\t\t"author": "ann",\n\t\t\t"changes": [{ "sql": { "sql": "SELECT 1" } }]\n\t\t} }\n\t]\n}\n',
    ],
  ])('is placed in %s, and read back', (_, path, text) => {
    const place = (own: string, down: readonly string[]) => {
      const [first] = read(own, path);
      if (first === undefined) throw new Error('Not read.');
      const placed = liquibase.placeDown(first, [{ path, text: own }], down);
      if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
      return own.slice(0, placed.span.start) + placed.newText + own.slice(placed.span.end);
    };
    const edited = place(text, statements);
    const [first] = read(edited, path);
    expect(texts(first?.up)).toEqual(['SELECT 1']);
    expect(texts(first?.down)).toEqual(sent);
    expect(first?.down?.execution.groups ?? [[1], [2], [3]]).toEqual([[1], [2], [3]]);
    if (path.endsWith('.json')) expect(() => JSON.parse(edited)).not.toThrow();
    // Those that are there give way.
    expect(texts(read(place(edited, ['DROP TABLE b;']), path)[0]?.down)).toEqual(['DROP TABLE b']);
    expect(read(edited, path)).toHaveLength(read(text, path).length);
  });

  test('looks as a person would write it', () => {
    const text = yaml('      changes:\n        - sql: SELECT 1\n');
    const placed = liquibase.placeDown(only(text), [{ path: 'changelog.yaml', text }], ['DROP TABLE a;', 'DROP TABLE b\n  CASCADE;']);
    expect(placed).toMatchObject({
      kind: 'edit',
      newText: [
        '',
        '      rollback:',
        '        - sql:',
        '            splitStatements: false',
        '            sql: DROP TABLE a',
        '        - sql:',
        '            splitStatements: false',
        '            sql: |-',
        '              DROP TABLE b',
        '                CASCADE',
      ].join('\n'),
    });
  });
});
