import { beforeAll, describe, expect, it } from 'vitest';
import { frameworks, readFolder } from '../../../src/frameworks/registry';
import { type Engine, engineOf } from '../../../src/model/engine';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';

beforeAll(loadParser);

const mysql = engineOf('mysql', undefined) as Engine;
const mariadb = engineOf('mariadb', undefined) as Engine;

function only(engine: Engine, texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const { migrations, problems } = readFolder(files, { engine, placeholders: {} });
  expect(problems).toEqual([]);
  return migrations;
}

const sql = 'INSERT INTO t VALUES (1);\nCREATE TABLE a (id int);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\n';

/** Each with the transactions that the four statements are in. */
const shapes: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  ['flyway', { 'V1__a.sql': sql }, ['framework 1', 'autocommit 2', 'framework 3,4']],
  [
    'flyway, not in a transaction',
    { 'V1__a.sql': sql, 'V1__a.sql.conf': 'executeInTransaction=false' },
    ['autocommit 1', 'autocommit 2', 'autocommit 3', 'autocommit 4'],
  ],
  ['liquibase', { 'a.sql': `--liquibase formatted sql\n--changeset me:1\n${sql}` }, ['framework 1', 'autocommit 2', 'framework 3,4']],
  ['goose', { '1_a.sql': `-- +goose Up\n${sql}` }, ['framework 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
  ['dbmate', { '1_a.sql': `-- migrate:up\n${sql}-- migrate:down\n` }, ['framework 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
  ['sql-migrate', { '1_a.sql': `-- +migrate Up\n${sql}` }, ['framework 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
  ['sqlx', { '1_a.sql': sql, '../Cargo.toml': 'sqlx = "0.8"' }, ['framework 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
  ['golang-migrate', { '1_a.up.sql': sql }, ['autocommit 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
  [
    'prisma',
    { '1_a/migration.sql': sql, 'migration_lock.toml': 'provider = "mysql"' },
    ['autocommit 1', 'autocommit 2', 'autocommit 3', 'autocommit 4'],
  ],
  ['sql', { '1.sql': sql }, ['autocommit 1', 'autocommit 2', 'autocommit 3', 'autocommit 4']],
];

describe('a migration for MySQL', () => {
  it.each(shapes)('%s: is in the transactions that the tool opens there', (_, files, expected) => {
    const [migration] = only(mysql, files);
    if (migration === undefined) throw new Error('no migration');
    const { transactions } = planProgram(migration, 'up');
    expect(transactions.map(({ kind, statements }) => `${kind} ${statements.join(',')}`)).toEqual(expected);
    expect(migration.up.execution.because).not.toMatch(/PostgreSQL|psql/);
  });

  it('no request of a protocol is of PostgreSQL', () => {
    for (const [, files] of shapes) {
      const [migration] = only(mysql, files);
      const framework = frameworks.find(({ name }) => name === migration?.framework);
      const protocol = framework?.run?.(mysql);
      if (migration === undefined || protocol === undefined) throw new Error('no protocol');
      const texts = [
        ...protocol.setup,
        ...[...protocol.steps(migration), ...protocol.onError(migration)].map(({ text }) => text),
        ...[...protocol.markApplied(migration), ...protocol.markNotApplied(migration)].map(({ text }) => text),
      ];
      expect(texts.filter((text) => /pg_|public\.|"|::|ON CONFLICT|TIMESTAMPTZ/i.test(text))).toEqual([]);
      expect(protocol.bookkeepingTables.filter((name) => name.includes('.'))).toEqual([]);
      expect(framework?.run?.(mariadb)).toBe(protocol);
    }
  });

  it('leaves out what is said to Liquibase, which the server would not take for comments', () => {
    const text = `--liquibase formatted sql
--changeset me:1
--comment: why
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 SELECT 1
ALTER TABLE a ADD b int;
--rollback ALTER TABLE a DROP COLUMN b;
`;
    const [migration] = only(mysql, { 'a.sql': text });
    expect(migration?.up.statements.map((statement) => [statement.text, statement.unreadable])).toEqual([
      ['ALTER TABLE a ADD b int', undefined],
    ]);
    expect(migration?.down?.statements.map((statement) => statement.text)).toEqual(['ALTER TABLE a DROP COLUMN b']);
  });

  it('has the changesets of Liquibase that are for its database', () => {
    const text = `--liquibase formatted sql
--changeset me:all
SELECT 1;
--changeset me:postgres dbms:postgresql
SELECT 1;
--changeset me:mysql dbms:mysql
SELECT 1;
--changeset me:not-mysql dbms:!mysql
SELECT 1;
--changeset me:maria dbms:mariadb,h2
SELECT 1;
`;
    const ids = (engine: Engine) => only(engine, { 'a.sql': text }).map(({ id }) => id.split('::')[1]);
    expect(ids(mysql)).toEqual(['all', 'mysql']);
    expect(ids(mariadb)).toEqual(['all', 'not-mysql', 'maria']);
    expect(ids({ name: 'postgres', major: 18 })).toEqual(['all', 'postgres', 'not-mysql']);
  });
});
