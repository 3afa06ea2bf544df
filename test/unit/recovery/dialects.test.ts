import { expect, test } from 'vitest';
import type { Table } from '../../../src/model/catalog';
import type { TableEvidence } from '../../../src/recovery/evidence';
import { adviceOn } from '../../../src/recovery/modes/server-error';
import { mysqlRows } from '../../../src/recovery/mysql/rows';
import { openSessionSteps } from '../../../src/recovery/plan';
import { postgresRows } from '../../../src/recovery/postgres/rows';
import type { Requirement } from '../../../src/recovery/requirements';
import { rowsBack } from '../../../src/recovery/rows-back';
import { mysqlWords, postgresWords } from '../../../src/rollback/dialect';

const table = (schema: string, name: string): Table => ({
  kind: 'table',
  persistence: 'permanent',
  identity: name,
  schema,
  name,
  columns: [
    { identity: 'id', name: 'id', type: 'int', notNull: true },
    { identity: 'email', name: 'email', type: 'varchar(100)', notNull: false },
  ],
  constraints: [],
  indexes: [],
  triggers: [],
  policies: [],
  rowSecurity: 'off',
});

const unique = (of: Table, keys: readonly string[]): Extract<Requirement, { kind: 'unique' }> => ({
  kind: 'unique',
  table: of,
  keys,
  nullsNotDistinct: false,
});

test('whoever points to a row without a key goes on pointing to it', () => {
  const mysql = mysqlRows.repoint(unique(table('', 'people'), ['`email`']), { child: table('', 'orders'), column: 'person', target: 'id' });
  expect(mysql).toContain('FROM `people` t WHERE `email` IS NOT NULL) d');
  const requirement = unique(table('public', 'people'), ['email']);
  const pointer = { child: table('public', 'orders'), column: 'person', target: 'id' };
  expect(postgresRows.repoint(requirement, pointer)).toContain('people t WHERE email IS NOT NULL) d');
  expect(postgresRows.repoint({ ...requirement, nullsNotDistinct: true }, pointer)).toContain('people t) d');
  expect(postgresRows.repoint({ ...requirement, predicate: 'active' }, pointer)).toContain(
    'people t WHERE email IS NOT NULL AND (active)) d',
  );
});

test.each([
  [
    'MySQL',
    mysqlWords,
    table('', 'people'),
    'DELETE FROM `people`\n WHERE NOT EXISTS (SELECT 1 FROM copy_from_before c WHERE c.`id` = `people`.`id`);',
  ],
  [
    'PostgreSQL',
    postgresWords,
    table('app', 'people'),
    'DELETE FROM app.people\n WHERE NOT EXISTS (SELECT 1 FROM copy_from_before c WHERE c.id = people.id);',
  ],
])('rows that nothing tells apart are deleted with the help of a copy, as %s reads it', (_, words, people, text) => {
  const odd = Array.from({ length: 5_000 }, (_, place) => [String(place * 2 + 1)]);
  const evidence: TableEvidence = {
    words,
    table: people,
    original: people,
    key: [{ name: 'id', type: 'int' }],
    added: odd,
    removed: [],
    rekeyed: false,
    present: [...odd, ['2']],
    columns: [],
    valuesBefore: () => new Map(),
    valuesNow: () => new Map(),
    rowsNow: new Map(),
  };
  const [step] = rowsBack(evidence, '', '').steps;
  expect(step?.text).toBe(text);
});

const mysql = { name: 'mysql', major: 9 } as const;

test('what an error of MySQL asks for comes before both ways, and tells nobody to run anything yet', () => {
  const steps = ['1205', '1213', '3675'].map((code) => adviceOn({ code, message: '' }, mysql)?.step.title);
  expect(steps).toEqual([
    'Roll back, and find out who holds the lock',
    'Before rows are changed again, bring them into one order',
    'Free space before anything else',
  ]);
});

test('a named lock of the simulation may be called otherwise elsewhere, and a metadata lock is not', () => {
  const holding = (relation: string, mode: string) =>
    openSessionSteps([{ pid: 7, state: 'idle', query: '', locks: [{ relation, mode }] }], mysql)[0];
  const named = holding('named lock flyway-1', 'EXCLUSIVE');
  expect(named?.text).toContain("IS_USED_LOCK('flyway-1')");
  expect(named?.why).toContain("'USER LEVEL LOCK'");
  expect(holding('people', 'SHARED_WRITE')?.why).not.toContain('USER LEVEL LOCK');
});
