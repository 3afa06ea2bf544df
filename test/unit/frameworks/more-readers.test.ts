import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../../src/frameworks/registry';
import { defaultEngine } from '../../../src/model/engine';
import type { RunStep } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { builtIn } from '../../built-in';

beforeAll(loadParser);

function read(texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const { framework, migrations, problems } = readFolder(files, { engine: defaultEngine, placeholders: {} });
  return { name: framework.name, run: builtIn(framework).run, framework, migrations, problems, files };
}

function course(steps: readonly RunStep[]): string[] {
  return steps.map((step) => (step.kind === 'statements' ? `statements ${step.statements.join(',')}` : step.kind));
}

describe('sql-migrate', () => {
  const file = '-- +migrate Up\nCREATE TABLE a (b int);\n-- a word\nSELECT 1; SELECT 2;\n-- +migrate Down\nDROP TABLE a;\n';

  it('reads sections; a line is what ends a request', () => {
    const { name, run, migrations, problems } = read({ '1_a.sql': file });
    expect([name, problems]).toEqual(['sql-migrate', []]);
    const [migration] = migrations;
    expect(migration?.up.statements.map(({ text }) => text)).toEqual(['CREATE TABLE a (b int)', 'SELECT 1', 'SELECT 2']);
    expect(migration?.up.execution).toMatchObject({ wrapped: true, groups: [[1], [2, 3]] });
    expect(migration?.down?.statements.map(({ text }) => text)).toEqual(['DROP TABLE a']);
    expect(migration === undefined ? [] : course(run(defaultEngine).steps(migration))).toEqual([
      'check',
      'begin',
      'statements 1',
      'statements 2,3',
      'record',
      'commit',
    ]);
  });

  it('takes notransaction for each direction, and blocks', () => {
    const { migrations } = read({
      '1_a.sql':
        '-- +migrate Up notransaction\n-- +migrate StatementBegin\nDO $$ BEGIN\nNULL;\nEND $$;\n-- +migrate StatementEnd\n-- +migrate Down\nSELECT 1;\n',
    });
    expect(migrations[0]?.up).toMatchObject({ execution: { wrapped: false }, statements: [{ text: 'DO $$ BEGIN\nNULL;\nEND $$' }] });
    expect(migrations[0]?.down?.execution.wrapped).toBe(true);
  });

  it('refuses what the tool refuses, and runs by number', () => {
    const { migrations } = read({
      '10_b.sql': '-- +migrate Up\nSELECT 1\n',
      '9_a.sql': '-- +migrate Up\n-- +migrate StatementBegin\nSELECT 1;\n',
    });
    expect(migrations.map(({ id }) => id)).toEqual(['9_a.sql', '10_b.sql']);
    expect(migrations.map(({ up }) => up.execution.refused)).toEqual([
      expect.stringContaining('no matching'),
      expect.stringContaining('semicolon'),
    ]);
  });
});

describe('sqlx', () => {
  const crate = '[package]\nname = "shop"\n[dependencies]\nsqlx = { version = "0.8" }\n';

  it('is known by the crate above its files', () => {
    expect(read({ '../Cargo.toml': crate, '1_a.sql': 'SELECT 1;' }).name).toBe('sqlx');
    expect(read({ '../Cargo.toml': '[package]\n', '1_a.sql': 'SELECT 1;' }).name).toBe('sql');
    expect(read({ '1_a.up.sql': 'SELECT 1;' }).name).toBe('golang-migrate');
  });

  it('sends the file as one request, in a transaction unless its first words say otherwise', () => {
    const { migrations, run } = read({
      '../Cargo.toml': crate,
      '20260101_first_table.up.sql': 'CREATE TABLE a (b int);\nSELECT 1;\n',
      '20260101_first_table.down.sql': 'DROP TABLE a;\n',
      '20260102_index.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY i ON a (b);\n',
    });
    const [first, second] = migrations;
    expect(first?.down?.statements).toHaveLength(1);
    expect(first?.up.execution).toMatchObject({ requests: 'single-request', wrapped: true });
    expect(second?.up.execution.wrapped).toBe(false);
    expect(second?.downUnsupported).toBe(true);
    expect(first === undefined ? [] : course(run(defaultEngine).steps(first))).toEqual([
      'lock',
      'check',
      'begin',
      'statements 1,2',
      'record',
      'commit',
      'record',
      'unlock',
    ]);
    expect(first?.checksum).toBe(createHash('sha384').update('CREATE TABLE a (b int);\nSELECT 1;\n').digest('hex'));
  });

  it('notices edits and halves', () => {
    const { migrations, run } = read({ '../Cargo.toml': crate, '1_a.sql': 'SELECT 1;' });
    const [migration] = migrations;
    const check =
      migration &&
      run(defaultEngine)
        .steps(migration)
        .find((step) => step.kind === 'check');
    if (check?.kind !== 'check') throw new Error('no check');
    const row = (success: boolean, checksum: string | undefined) => check.decide([{ version: '1', success, checksum }]);
    expect(row(true, migration?.checksum)).toEqual({ run: false, why: 'already applied' });
    expect(row(true, 'ff')).toMatchObject({ why: 'refused', problem: { message: expect.stringContaining('modified') } });
    expect(row(false, migration?.checksum)).toMatchObject({
      why: 'refused',
      problem: { message: expect.stringContaining('partially applied') },
    });
    expect(check.decide([])).toEqual({ run: true });
  });
});

describe('Diesel', () => {
  const cargo = { '../Cargo.toml': '[dependencies]\ndiesel = { version = "2", features = ["postgres"] }\n' };
  const files = {
    '00000000000000_diesel_initial_setup/up.sql': 'SELECT 1;\n',
    '00000000000000_diesel_initial_setup/down.sql': 'SELECT 2;\n',
    '2024-01-02-000000_index/up.sql': 'CREATE INDEX CONCURRENTLY i ON a (b);\n',
    '2024-01-02-000000_index/metadata.toml': '# alone\nrun_in_transaction = false\n',
    '20240101000000_a/up.sql': 'CREATE TABLE a (b text);\nSELECT 1;\n',
  };

  it('has a folder for each migration, in the order of versions without hyphens', () => {
    const { name, migrations, problems, run } = read({ ...cargo, ...files });
    expect([name, problems]).toEqual(['diesel', []]);
    expect(migrations.map(({ id, title }) => [id, title])).toEqual([
      ['00000000000000', '00000000000000_diesel_initial_setup'],
      ['20240101000000', '20240101000000_a'],
      ['20240102000000', '2024-01-02-000000_index'],
    ]);
    expect(migrations.map(({ down }) => down?.path)).toEqual(['00000000000000_diesel_initial_setup/down.sql', undefined, undefined]);
    expect(migrations.map(({ up }) => up.execution.wrapped)).toEqual([true, true, false]);
    const [, whole, alone] = migrations.map((migration) => course(run(defaultEngine).steps(migration)));
    expect(whole).toEqual(['check', 'begin', 'statements 1,2', 'record', 'commit']);
    expect(alone).toEqual(['check', 'statements 1', 'record']);
  });

  it('is known by the crate, or by the names that it gives; an empty file is refused', () => {
    expect(read({ '1_a/up.sql': 'SELECT 1;' }).name).toBe('sql');
    expect(read({ ...cargo, '1_a/up.sql': 'SELECT 1;' }).name).toBe('diesel');
    expect(read({ '2024-01-02-000000_a/up.sql': 'SELECT 1;' }).name).toBe('diesel');
    const { migrations, problems } = read({ ...cargo, '1_a/up.sql': '' });
    expect([migrations, problems]).toMatchObject([[], [{ path: '1_a/up.sql', message: expect.stringContaining('empty') }]]);
  });

  it('has its rollback and its metadata beside the file', () => {
    const { framework, migrations, files: all } = read({ ...cargo, ...files });
    const [, migration] = migrations;
    if (migration === undefined) throw new Error('no migration');
    expect(framework.placeDown(migration, all, ['DROP TABLE a;'])).toEqual({
      kind: 'create',
      path: '20240101000000_a/down.sql',
      text: 'DROP TABLE a;\n',
    });
    const mark = framework.noTransactionMark?.(migration.up.path, 'up');
    expect(mark?.kind === 'file' && mark.beside(migration.up.path)).toBe('20240101000000_a/metadata.toml');
  });
});

describe('a folder for each migration, of a tool that is not known', () => {
  it('has its way back beside it', () => {
    const { name, framework, migrations, problems, files } = read({
      '1700000000000_a/up.sql': 'CREATE TABLE a (b int);',
      '1700000000000_a/down.sql': 'DROP TABLE a;',
      '1700000000001_b/up.sql': 'CREATE TABLE b (b int);',
    });
    expect([name, problems]).toEqual(['sql', []]);
    expect(migrations.map(({ title, down }) => [title, down?.path])).toEqual([
      ['1700000000000_a', '1700000000000_a/down.sql'],
      ['1700000000001_b', undefined],
    ]);
    const [, second] = migrations;
    if (second === undefined) throw new Error('no migration');
    expect(framework.placeDown(second, files, ['DROP TABLE b;'])).toMatchObject({ kind: 'create', path: '1700000000001_b/down.sql' });
  });
});

describe('Supabase', () => {
  it('is known by its configuration, and is one transaction with its history', () => {
    const texts = { '20260101000000_a.sql': "CREATE TABLE a (b text);\nINSERT INTO a VALUES ('it''s');\n" };
    expect(read(texts).name).toBe('sql');
    const { name, migrations, run } = read({ '../config.toml': 'project_id = "shop"\n', ...texts });
    expect(name).toBe('supabase');
    const [migration] = migrations;
    if (migration === undefined) throw new Error('no migration');
    expect(migration).toMatchObject({ id: '20260101000000', downUnsupported: true });
    const steps = run(defaultEngine).steps(migration);
    expect(course(steps)).toEqual(['check', 'begin', 'statements 1', 'statements 2', 'record', 'commit']);
    expect(steps.find((step) => step.kind === 'record')?.text).toContain("'INSERT INTO a VALUES (''it''''s'')'");
  });
});

describe('versions that are there twice', () => {
  it('are named by what the Supabase CLI does', () => {
    const files = { '../config.toml': 'project_id = "shop"\n', '1_a.sql': 'SELECT 1;', '1_b.sql': 'SELECT 2;', '2_c.sql': 'SELECT 3;' };
    const { migrations, problems } = read(files);
    expect(migrations.map(({ id }) => id)).toEqual(['1', '2']);
    expect(problems).toMatchObject([{ path: '1_b.sql', message: expect.stringContaining('23505') }]);
  });

  it.each([
    ['V2__a.sql', 'V002__b.sql'],
    ['V1.2__a.sql', 'V01.2__b.sql'],
    ['V1_2__a.sql', 'V1_2_0__b.sql'],
    ['R__v.sql', 'sub/R__v.sql'],
  ])('keep Flyway from starting: %s, %s', (first, second) => {
    const { migrations, problems } = read({ [first]: 'SELECT 1;', [second]: 'SELECT 2;' });
    expect(migrations).toHaveLength(1);
    expect(problems).toMatchObject([{ message: expect.stringContaining('Flyway refuses to start') }]);
  });

  it('find the undo of Flyway under another spelling', () => {
    const { migrations, problems } = read({ 'V1.0__a.sql': 'SELECT 1;', 'V10__b.sql': 'SELECT 2;', 'U1__a.sql': 'SELECT 3;' });
    expect(migrations.map(({ down }) => down?.path)).toEqual(['U1__a.sql', undefined]);
    expect(problems).toEqual([]);
  });
});

describe('Drizzle', () => {
  const journal = JSON.stringify({
    entries: [
      { idx: 0, tag: '0000_b', when: 1700000000000 },
      { idx: 1, tag: '0001_a', when: 1700000000001 },
    ],
  });

  it('runs what its journal names, in its order, cut at breakpoints', () => {
    const { name, migrations, run } = read({
      'meta/_journal.json': journal,
      '0001_a.sql': 'SELECT 1;--> statement-breakpoint\nSELECT 2;\nSELECT 3;\n',
      '0000_b.sql': 'CREATE TABLE a (b int);',
      '0002_left.sql': 'SELECT 1;',
    });
    expect(name).toBe('drizzle');
    expect(migrations.map(({ title }) => title)).toEqual(['0000_b.sql', '0001_a.sql']);
    const [, second] = migrations;
    if (second === undefined) throw new Error('no migration');
    expect(course(run(defaultEngine).steps(second))).toEqual(['check', 'begin', 'statements 1', 'statements 2,3', 'record', 'commit']);
    const check = run(defaultEngine)
      .steps(second)
      .find((step) => step.kind === 'check');
    if (check?.kind !== 'check') throw new Error('no check');
    expect(check.decide([{ created_at: '1700000000000' }])).toEqual({ run: true });
    expect(check.decide([{ created_at: '1700000000001' }])).toMatchObject({ run: false });
  });

  it('goes by the order of the journal, not by its times', () => {
    const entries = [
      { tag: '0000_a', when: 1700000000000 },
      { tag: '0001_b', when: 1700000001000 },
      { tag: '0002_older', when: 1690000000000 },
    ];
    const texts = Object.fromEntries(entries.map(({ tag }) => [`${tag}.sql`, 'SELECT 1;']));
    const { migrations } = read({ 'meta/_journal.json': JSON.stringify({ entries }), ...texts });
    expect(migrations.map(({ title }) => title)).toEqual(['0000_a.sql', '0001_b.sql', '0002_older.sql']);
  });

  it('has a folder for each migration since 1.0, and knows it by its name', () => {
    const texts = {
      '20240102030405_b/migration.sql': 'SELECT 2;',
      '20240101000000_a/migration.sql': 'SELECT 1;',
      '../package.json': '{"dependencies":{"drizzle-orm":"1.0.0"}}',
    };
    const { name, run, migrations } = read(texts);
    expect(name).toBe('drizzle');
    expect(migrations.map(({ id, title }) => [id, title])).toEqual([
      ['20240101000000_a', '20240101000000_a'],
      ['20240102030405_b', '20240102030405_b'],
    ]);
    const second = migrations[1] ?? expect.fail('there are two');
    const [check, ...steps] = run(defaultEngine).steps(second);
    expect(steps.map((step) => ('text' in step ? step.text : '')).find((text) => text.startsWith('insert'))).toContain(
      `, ${Date.UTC(2024, 0, 2, 3, 4, 5)}, '20240102030405_b')`,
    );
    // An older one that is not named is run, and one whose text was changed is not.
    const decided = (row: Readonly<Record<string, unknown>>) => check?.kind === 'check' && check.decide([row]);
    expect(decided({ name: '20250101000000_c', created_at: '1735689600000', hash: 'x' })).toEqual({ run: true });
    expect(decided({ name: '20240102030405_b', created_at: '0', hash: 'x' })).toEqual({ run: false, why: 'already applied' });
    // Without its package, its marks tell it from Prisma.
    expect(read({ '20240101000000_a/migration.sql': 'SELECT 1;' }).name).toBe('prisma');
    expect(read({ '20240101000000_a/migration.sql': 'SELECT 1;\n--> statement-breakpoint\nSELECT 2;' }).name).toBe('drizzle');
    expect(read({ ...texts, 'migration_lock.toml': 'provider = "postgresql"' }).name).toBe('prisma');
  });

  it('is read without a journal, and with a damaged one', () => {
    const texts = { '0001_a.sql': 'SELECT 1;\n--> statement-breakpoint\nSELECT 2;' };
    expect(read(texts)).toMatchObject({ name: 'drizzle', migrations: [{ title: '0001_a.sql' }] });
    expect(read({ 'meta/_journal.json': '{', ...texts })).toMatchObject({ name: 'drizzle', migrations: [{ title: '0001_a.sql' }] });
  });
});
