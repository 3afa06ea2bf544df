// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareVersions, parseFlywayName } from '../../../src/frameworks/flyway-names';
import { flywayChecksum } from '../../../src/frameworks/flyway-settings';
import { detectFramework, frameworkByName, frameworks, readFolder } from '../../../src/frameworks/registry';
import { defaultEngine } from '../../../src/model/engine';
import type { Migration } from '../../../src/model/migration';
import type { BuiltInFramework, RunStep, SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { builtIn } from '../../built-in';

beforeAll(loadParser);

function files(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

function read(texts: Readonly<Record<string, string>>, placeholders: Record<string, string> = {}) {
  return readFolder(files(texts), { engine: defaultEngine, placeholders });
}

function first(texts: Readonly<Record<string, string>>): { readonly framework: BuiltInFramework; readonly migration: Migration } {
  const { framework, migrations, problems } = read(texts);
  expect(problems).toEqual([]);
  const [migration] = migrations;
  if (migration === undefined) throw new Error('no migration');
  return { framework: builtIn(framework), migration };
}

/** Steps in short: kind, and numbers of statements. */
function course(steps: readonly RunStep[]): string[] {
  return steps.map((step) => (step.kind === 'statements' ? `statements ${step.statements.join(',')}` : step.kind));
}

function decide({ framework, migration }: { framework: BuiltInFramework; migration: Migration }, rows: readonly Record<string, unknown>[]) {
  const check = framework
    .run(defaultEngine)
    .steps(migration)
    .find((step) => step.kind === 'check');
  if (check?.kind !== 'check') throw new Error('no check');
  return check.decide(rows);
}

describe('registry', () => {
  it('recognises each framework by names and marks', () => {
    const name = (texts: Readonly<Record<string, string>>): string => detectFramework(files(texts)).name;
    expect(name({ '20240101_init/migration.sql': 'SELECT 1', 'migration_lock.toml': 'provider = "postgresql"' })).toBe('prisma');
    expect(name({ '20240101_init/migration.sql': 'SELECT 1' })).toBe('prisma');
    expect(name({ '00001_a.sql': '-- +goose Up\nSELECT 1;' })).toBe('goose');
    expect(name({ '001_a.sql': '-- migrate:up\nSELECT 1;' })).toBe('dbmate');
    expect(name({ '1_a.up.sql': '', '1_a.down.sql': '' })).toBe('golang-migrate');
    expect(name({ 'V1__a.sql': '', 'V1.1__b.sql': '', 'R__c.sql': '' })).toBe('flyway');
    expect(name({ '001_a.sql': '', '002_b.sql': '' })).toBe('sql');
    expect(name({})).toBe('sql');
  });

  it('takes the framework that it is told', () => {
    const reading = readFolder(files({ 'V1__a.sql': 'SELECT 1' }), { engine: defaultEngine, placeholders: {}, framework: 'sql' });
    expect(reading.framework.name).toBe('sql');
    const unknown = readFolder(files({ 'V1__a.sql': 'SELECT 1' }), { engine: defaultEngine, placeholders: {}, framework: 'knox' });
    expect(unknown.framework.name).toBe('flyway');
    expect(unknown.problems[0]?.message).toContain('no framework named "knox"');
    expect(frameworkByName('goose')?.displayName).toBe('goose');
  });

  it('names the migration before each', () => {
    const { migrations } = read({ '1_a.up.sql': 'SELECT 1', '10_c.up.sql': 'SELECT 1', '9_b.up.sql': 'SELECT 1' });
    expect(migrations.map(({ id, previous }) => [id, previous])).toEqual([
      ['1', undefined],
      ['9', '1'],
      ['10', '9'],
    ]);
  });

  it('says so when two files have one version', () => {
    for (const texts of [
      { 'V1__a.sql': '', 'V1__b.sql': '' },
      { '1_a.sql': '-- +goose Up\n', '01_b.sql': '-- +goose Up\n' },
      { '1_a.sql': '-- migrate:up\n', '1_b.sql': '-- migrate:up\n' },
      { '1_a.up.sql': '', '01_b.up.sql': '' },
    ]) {
      const { migrations, problems } = read(texts);
      expect(migrations).toHaveLength(1);
      expect(problems).toHaveLength(1);
    }
  });

  it('tolerates a byte-order mark and CRLF', () => {
    const up = ['-- +goose Up', '-- migrate:up'];
    for (const mark of up) {
      const down = mark.replace('Up', 'Down').replace('up', 'down');
      const { migration } = first({ '1_a.sql': `\ufeff${mark}\r\nCREATE TABLE a (b int);\r\n${down}\r\nDROP TABLE a;\r\n` });
      expect(migration.up.statements.map(({ text }) => text)).toEqual(['CREATE TABLE a (b int)']);
      expect(migration.down?.statements.map(({ text, range }) => [text, range.start])).toEqual([
        ['DROP TABLE a', { line: 3, character: 0 }],
      ]);
    }
  });

  it('says what a byte-order mark does to a file, where the tool does not leave it out', () => {
    const told = (path: string, text: string) => {
      const marked = { path, text, byteOrderMark: true } as const;
      return readFolder([marked], { engine: defaultEngine, placeholders: {} }).problems.map(({ message }) => message);
    };
    expect(told('1_a.sql', '-- migrate:up\nSELECT 1;\n-- migrate:down\n')).toEqual([
      `1_a.sql begins with a byte order mark: dbmate takes it for a statement, and refuses the file ("does not support statements preceding the '-- migrate:up' block"). Save it as UTF-8 without one.`,
    ]);
    expect(told('1_a.sql', '-- +goose Up\nSELECT 1;\n')[0]).toContain('goose takes it for a statement');
    expect(told('1-a.sql', '-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 1;\n')[0]).toContain('records the file as applied');
    expect(told('1_a.up.sql', 'SELECT 1;\n')[0]).toContain('syntax error');
    expect(told('1-a.sql', '-- The first.\n-- +migrate Up\nSELECT 1;\n')).toEqual([]);
    expect(told('V1__a.sql', 'SELECT 1;\n')).toEqual([]);
    expect(told('a.sql', 'SELECT 1;\n')).toEqual([]);
  });

  it('dbmate does not look into folders below', () => {
    const { migrations } = read({ '1_a.sql': '-- migrate:up\n-- migrate:down\n', '2024/2_b.sql': '-- migrate:up\n-- migrate:down\n' });
    expect(migrations.map(({ up }) => up.path)).toEqual(['1_a.sql']);
  });

  it('never fails on damaged files', () => {
    const texts = [
      '',
      '\0\0',
      '-- +goose Up\n-- +goose StatementBegin\nSELECT',
      '-- migrate:down\n-- migrate:up',
      "SELECT '",
      '-- +goose Down',
      '\ufeff',
    ];
    const names = ['1_a.sql', 'V1__a.sql', 'V__.sql', '1_a.up.sql', '1_a.down.sql', 'x/migration.sql', '.sql', 'a.down.sql', 'R__.sql'];
    for (const framework of frameworks) {
      for (const text of texts) {
        const reading = readFolder(files(Object.fromEntries(names.map((name) => [name, text]))), {
          engine: defaultEngine,
          placeholders: {},
          framework: framework.name,
        });
        for (const migration of reading.migrations) {
          framework.run?.(defaultEngine).steps(migration);
          framework.run?.(defaultEngine).onError(migration);
          framework.run?.(defaultEngine).markApplied(migration);
          framework.run?.(defaultEngine).markNotApplied(migration);
          framework.placeDown(migration, [], ['SELECT 1;']);
        }
      }
    }
  });
});

describe('plain SQL', () => {
  it('runs files in the order of their names, and finds the way back beside each', () => {
    const { migrations, problems } = read({
      '2_b.sql': 'SELECT 2',
      '10_a.sql': 'SELECT 10',
      '2_b.down.sql': 'SELECT -2',
      'up_x.rollback.sql': 'SELECT 0',
    });
    expect(migrations.map(({ title, down }) => [title, down?.path])).toEqual([
      ['10_a.sql', undefined],
      ['2_b.sql', '2_b.down.sql'],
    ]);
    expect(problems[0]?.message).toContain('up_x.rollback.sql');
  });

  it('sends each statement by itself and records nothing', () => {
    const { framework, migration } = first({ 'a.sql': 'SELECT :X; SELECT 2;' });
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual(['statements 1', 'statements 2']);
    expect(framework.run(defaultEngine).markApplied(migration)).toEqual([]);
    expect(migration.up.statements[0]?.unresolved).toEqual(['X']);
  });
});

describe('golang-migrate', () => {
  const texts = {
    '000001_a.up.sql': 'CREATE TABLE a (b int); SELECT 1',
    '000001_a.down.sql': 'DROP TABLE a',
    '000002_b.up.sql': 'SELECT 2',
  };

  it('sends a file as one request, between a dirty and a clean row', () => {
    const { framework, migration } = first(texts);
    const steps = framework.run(defaultEngine).steps(migration);
    expect(course(steps)).toEqual(['lock', 'check', 'record', 'statements 1,2', 'record', 'unlock']);
    expect(steps[3]?.text).toBe('CREATE TABLE a (b int);\nSELECT 1;');
    expect(steps[2]?.text).toContain('(1, true)');
    expect(steps[4]?.text).toContain('(1, false)');
    expect(course(framework.run(defaultEngine).onError(migration))).toEqual(['unlock']);
    expect(migration.up.execution).toMatchObject({ requests: 'single-request', wrapped: false });
  });

  it('refuses a dirty database with its own words', () => {
    const own = first(texts);
    expect(decide(own, [])).toEqual({ run: true });
    expect(decide(own, [{ version: '1', dirty: false }])).toEqual({ run: false, why: 'already applied' });
    expect(decide(own, [{ version: '1', dirty: true }])).toMatchObject({
      why: 'refused',
      problem: { message: 'Dirty database version 1. Fix and force version.' },
    });
  });

  it('knows what the history says of a migration', () => {
    const { migrations, ...folder } = read(texts);
    const framework = builtIn(folder.framework);
    const [one, two] = migrations;
    if (one === undefined || two === undefined) throw new Error('two migrations expected');
    const recorded = (migration: Migration, row?: Record<string, unknown>) =>
      framework.run(defaultEngine).recorded(migration, [{ table: 'public.schema_migrations', rows: row === undefined ? [] : [row] }]);
    expect([recorded(one), recorded(one, { version: '1', dirty: false }), recorded(one, { version: '1', dirty: 't' })]).toEqual([
      'absent',
      'applied',
      'failed',
    ]);
    expect([
      recorded(one, { version: '2', dirty: true }),
      recorded(two, { version: '2', dirty: true }),
      recorded(two, { version: 1, dirty: false }),
    ]).toEqual(['applied', 'failed', 'absent']);
    expect(framework.run(defaultEngine).markNotApplied(two)[0]).toMatchObject({
      text: expect.stringContaining('(1, false)'),
      why: expect.stringContaining('migrate force 1'),
    });
    expect(framework.run(defaultEngine).markNotApplied(one)[0]).toMatchObject({
      text: expect.not.stringContaining('INSERT'),
      why: expect.stringContaining('migrate force -1'),
    });
  });

  it('leaves out files below the folder, and a down without an up', () => {
    const { migrations, problems } = read({ ...texts, 'old/3_c.up.sql': '', '4_d.down.sql': '' });
    expect(migrations.map(({ id }) => id)).toEqual(['1', '2']);
    expect(problems[0]?.message).toContain('4_d.down.sql');
  });
});

describe('dbmate', () => {
  it('runs a block in one transaction with its row', () => {
    const { framework, migration } = first({ '20240102_a.sql': '-- migrate:up\nSELECT 1;\nSELECT 2;\n\n-- migrate:down\nSELECT 3;\n' });
    expect(migration.id).toBe('20240102');
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual(['check', 'begin', 'statements 1,2', 'record', 'commit']);
    expect(
      framework
        .run(defaultEngine)
        .onError(migration)
        .map(({ text }) => text),
    ).toEqual(['ROLLBACK']);
    expect(migration.down?.statements).toHaveLength(1);
  });

  it('knows transaction:false, per block', () => {
    const { framework, migration } = first({
      '1_a.sql': '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- migrate:down\nSELECT 1;',
    });
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual(['check', 'statements 1', 'record']);
    expect([migration.up.execution.wrapped, migration.down?.execution.wrapped]).toEqual([false, true]);
    expect(framework.run(defaultEngine).onError(migration)).toEqual([]);
  });

  it('says what dbmate says of files that it refuses', () => {
    expect(read({ '1_a.sql': '-- migrate:up\n', '2_b.sql': 'SELECT 1' }).problems[0]?.message).toContain("up block with '-- migrate:up'");
    expect(read({ '1_a.sql': '-- migrate:down\n-- migrate:up\n' }).problems[0]?.message).toContain('to appear before');
    const refusal = (text: string): unknown => decide(first({ '1_a.sql': text }), []);
    expect(refusal('SELECT 0;\n-- migrate:up\nSELECT 1;\n-- migrate:down\n')).toMatchObject({
      problem: { message: expect.stringContaining('preceding') },
    });
    expect(refusal('-- migrate:up\nSELECT 1;')).toMatchObject({ problem: { message: expect.stringContaining('down block') } });
    expect(refusal('-- why\n\n-- migrate:up\nSELECT 1;\n-- migrate:down\n')).toEqual({ run: true });
  });
});

describe('goose', () => {
  it('sends each statement by itself, in one transaction with its row', () => {
    const { framework, migration } = first({ '00002_a.sql': '-- +goose Up\nSELECT 1;\nSELECT 2;\n-- +goose Down\nSELECT 3;' });
    expect(migration.id).toBe('2');
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual([
      'check',
      'begin',
      'statements 1',
      'statements 2',
      'record',
      'commit',
    ]);
    expect(migration.down?.statements.map(({ text }) => text)).toEqual(['SELECT 3']);
  });

  it('reads annotations whatever their case, as goose does since 3.20', () => {
    const { framework, migration } = first({
      '1_a.sql':
        '-- +goose no transaction\n-- +goose up\n-- +goose statementbegin\nSELECT 1;\n-- +goose statementend\n-- +goose DOWN\nSELECT 2;\n',
    });
    expect(framework.name).toBe('goose');
    expect(migration.up.execution).toMatchObject({ wrapped: false });
    expect(migration.up.execution.refused).toBeUndefined();
    expect(migration.down?.statements.map(({ text }) => text)).toEqual(['SELECT 2']);
  });

  it('puts the defaults of variables in between ENVSUB ON and OFF, and values that are known in their place', () => {
    const texts = {
      '1_a.sql':
        "-- +goose Up\n-- +goose ENVSUB ON\nCREATE TABLE ${SCHEMA:-app}.${NAME}_t (a text DEFAULT '${REGION-eu}');\n-- +goose ENVSUB OFF\nSELECT '${OTHER:-x}';\n-- +goose envsub on\n-- +goose Down\nDROP TABLE ${SCHEMA:-app}.t;\n",
    };
    const sent = (placeholders: Record<string, string>) =>
      read(texts, placeholders).migrations.flatMap(({ up, down }) =>
        [...up.statements, ...(down?.statements ?? [])].map((each) => each.sent),
      );
    expect(sent({})).toEqual(["CREATE TABLE app.${NAME}_t (a text DEFAULT 'eu')", "SELECT '${OTHER:-x}'", 'DROP TABLE app.t']);
    expect(sent({ SCHEMA: 'shop', NAME: 'a', REGION: 'us' })).toEqual([
      "CREATE TABLE shop.a_t (a text DEFAULT 'us')",
      "SELECT '${OTHER:-x}'",
      'DROP TABLE shop.t',
    ]);
    expect(read(texts).migrations[0]?.up.statements[0]?.unresolved).toEqual(['NAME']);
  });

  it('sends a line with two statements, or a block, as one request', () => {
    const { framework, migration } = first({
      '1_a.sql':
        '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1; SELECT 2;\n-- +goose StatementBegin\nSELECT 3;\nSELECT 4;\n-- +goose StatementEnd\nSELECT 5;\n',
    });
    expect(migration.up.execution).toMatchObject({ wrapped: false, groups: [[1, 2], [3, 4], [5]] });
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual([
      'check',
      'statements 1,2',
      'statements 3,4',
      'statements 5',
      'record',
    ]);
  });

  it('cuts a body without annotations at its lines, as goose does', () => {
    const { migration } = first({
      '1_a.sql': '-- +goose Up\nCREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  PERFORM 1;\nEND\n$$ LANGUAGE plpgsql;\n',
    });
    expect(migration.up.statements.map(({ unreadable }) => unreadable !== undefined)).toEqual([true, true]);
    const guarded = first({
      '1_a.sql':
        '-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  PERFORM 1;\nEND\n$$ LANGUAGE plpgsql;\n-- +goose StatementEnd\n',
    });
    expect(guarded.migration.up.statements).toHaveLength(1);
    expect(guarded.migration.up.statements[0]?.unreadable).toBeUndefined();
  });

  it('says what goose says of files that it refuses, and reads what can be read', () => {
    expect(read({ '1_a.sql': '-- +goose Up\nSELECT 1;', '2_b.sql': 'SELECT 1;' }).problems[0]?.message).toContain(
      "must start with '-- +goose Up'",
    );
    const refused = (text: string): string | undefined => first({ '1_a.sql': text }).migration.up.execution.refused;
    expect(refused('-- +goose Up\nSELECT 1')).toContain('missing semicolon?');
    expect(refused('-- +goose Up\nSELECT 1;\n-- +goose Up\n')).toContain('duplicate');
    expect(refused('-- +goose Up\n-- +goose StatementBegin\nSELECT 1;')).toContain('StatementEnd');
    expect(refused('-- +goose Up\nSELECT 1; -- done\n-- +goose Down\n')).toBeUndefined();
    expect(decide(first({ '1_a.sql': '-- +goose Up\nSELECT 1' }), [])).toMatchObject({ why: 'refused' });
  });

  it('looks at its own folder only', () => {
    const { migrations } = read({ '1_a.sql': '-- +goose Up\n', 'old/2_b.sql': '-- +goose Up\n', '0_c.sql': '-- +goose Up\n' });
    expect(migrations.map(({ id }) => id)).toEqual(['1']);
  });

  it('reads the newest row of a version', () => {
    const own = first({ '1_a.sql': '-- +goose Up\nSELECT 1;' });
    expect(decide(own, [{ version_id: '0', is_applied: true }])).toEqual({ run: true });
    expect(decide(own, [{ id: 2, version_id: '1', is_applied: true }])).toEqual({ run: false, why: 'already applied' });
    expect(
      decide(own, [
        { id: 3, version_id: '1', is_applied: false },
        { id: 2, version_id: '1', is_applied: true },
      ]),
    ).toEqual({ run: true });
  });
});

describe('Flyway', () => {
  it('reads names and sorts versions by number', () => {
    expect(parseFlywayName('V1_2__add_users.sql')).toEqual({ kind: 'versioned', version: '1.2', description: 'add users' });
    expect(parseFlywayName('R__views.sql')).toEqual({ kind: 'repeatable', version: '', description: 'views' });
    for (const name of ['V1_a.sql', 'v1__a.sql', 'V__a.sql', 'V1__a.txt', 'X1__a.sql'])
      expect([name, parseFlywayName(name)]).toEqual([name, undefined]);
    expect(['1.10', '1.9', '1', '20240101120000123', '1.0.1'].toSorted(compareVersions)).toEqual([
      '1',
      '1.0.1',
      '1.9',
      '1.10',
      '20240101120000123',
    ]);
    const { migrations } = read({ 'R__b.sql': '', 'V10__c.sql': '', 'V2__a.sql': '', 'U2__a.sql': '', 'B2__all.sql': '' });
    expect(migrations.map(({ id, down }) => [id, down?.path])).toEqual([
      ['2', 'U2__a.sql'],
      ['10', undefined],
      ['R__b', undefined],
    ]);
  });

  it('commits the migration before its row is written', () => {
    const { framework, migration } = first({ 'V1__a.sql': 'SELECT 1; SELECT 2;' });
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual([
      'lock',
      'check',
      'begin',
      'statements 1',
      'statements 2',
      'commit',
      'record',
      'unlock',
    ]);
    expect(
      framework
        .run(defaultEngine)
        .onError(migration)
        .map(({ text }) => text)[0],
    ).toBe('ROLLBACK');
  });

  it('runs alone what can not run in a transaction, and then writes failures down', () => {
    const { framework, migration } = first({ 'V1__a.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);' });
    expect(migration.up.execution.wrapped).toBe(false);
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual(['lock', 'check', 'statements 1', 'record', 'unlock']);
    expect(framework.run(defaultEngine).onError(migration)[0]?.text).toMatch(/INSERT INTO .*false\)$/);
  });

  it('refuses a mixture, unless it is told otherwise', () => {
    const mixture = 'CREATE TABLE a (b int); CREATE INDEX CONCURRENTLY i ON a (b);';
    expect(decide(first({ 'V1__a.sql': mixture }), [])).toMatchObject({
      why: 'refused',
      problem: { message: expect.stringContaining('mixed is false') },
    });
    expect(decide(first({ 'V1__a.sql': mixture, '../flyway.toml': '[flyway]\nmixed = true\n' }), [])).toEqual({ run: true });
    expect(decide(first({ 'V1__a.sql': mixture, 'V1__a.sql.conf': 'executeInTransaction=false\n' }), [])).toEqual({ run: true });
    expect(first({ 'V1__a.sql': 'ALTER TABLE a DETACH PARTITION b CONCURRENTLY' }).migration.up.execution.wrapped).toBe(true);
  });

  it('replaces placeholders from its configuration and from the user', () => {
    const texts = {
      'V1__a.sql': 'SELECT ${a}, ${b}, ${flyway:filename}',
      '../flyway.conf': 'flyway.placeholders.a=1\nflyway.placeholders.b=2\n',
    };
    expect(read(texts, { b: '3' }).migrations[0]?.up.statements[0]?.sent).toBe('SELECT 1, 3, V1__a.sql');
    expect(
      read({ ...texts, '../flyway.conf': 'flyway.placeholderReplacement=false\n' }).migrations[0]?.up.statements[0]?.unresolved,
    ).toEqual(['a', 'b', 'flyway:filename']);
  });

  it('fills in what Flyway knows by itself, unless the script says that it must not', () => {
    const text = "GRANT SELECT ON ${flyway:defaultSchema}.${flyway:table} TO ${flyway:user}; SELECT '${flyway:timestamp}', ${own}";
    const sentWith = (files: Readonly<Record<string, string>>) =>
      read({ 'V1__a.sql': text, ...files }).migrations[0]?.up.statements.map(({ sent, unresolved }) => [sent, unresolved]);
    expect(sentWith({ '../flyway.conf': 'flyway.schemas=shop,other\nflyway.table=history\n' })).toEqual([
      ['GRANT SELECT ON shop.history TO postgres', undefined],
      [expect.stringMatching(/^SELECT '\d.*, \$\{own\}$/), ['own']],
    ]);
    expect(sentWith({ 'V1__a.sql.conf': 'placeholderReplacement=false\n' })?.[0]?.[0]).toContain('${flyway:user}');
  });

  it('stops at a failed row, and runs a repeatable again when it changed', () => {
    const own = first({ 'V1__a.sql': 'SELECT 1' });
    expect(decide(own, [{ script: 'V0__x.sql', version: '0', description: 'x', success: false }])).toMatchObject({
      why: 'refused',
      problem: { message: expect.stringContaining('Detected failed migration to version 0 (x)') },
    });
    expect(decide(own, [{ script: 'V1__a.sql', version: '1', success: true }])).toEqual({ run: false, why: 'already applied' });
    const repeatable = first({ 'R__v.sql': 'SELECT 1' });
    expect(decide(repeatable, [{ script: 'R__v.sql', version: null, success: true, checksum: 1 }])).toEqual({ run: true });
    expect(
      decide(repeatable, [{ script: 'R__v.sql', version: null, success: true, checksum: Number(repeatable.migration.checksum) }]),
    ).toEqual({ run: false, why: 'already applied' });
  });

  it('computes the checksum over lines without their ends', () => {
    const text = '\ufeffSELECT 1;\r\n-- é😀\r\n';
    expect(flywayChecksum(text)).toBe(flywayChecksum('SELECT 1;\n-- é😀\n'));
    expect(flywayChecksum(text)).toBe(crc32('SELECT 1;-- é😀') | 0);
  });
});

describe('Prisma', () => {
  const texts = {
    '20240102_b/migration.sql': 'SELECT 2',
    '20240101_a/migration.sql': 'CREATE TABLE a (b int); SELECT 1;',
    'migration_lock.toml': 'provider = "postgresql"',
  };

  it('writes its row before and after one request', () => {
    const { framework, migration } = first(texts);
    expect(migration.id).toBe('20240101_a');
    expect(course(framework.run(defaultEngine).steps(migration))).toEqual([
      'lock',
      'check',
      'record',
      'statements 1,2',
      'record',
      'record',
    ]);
    expect(migration.downUnsupported).toBe(true);
    expect(migration.checksum).toBe(createHash('sha256').update(texts['20240101_a/migration.sql']).digest('hex'));
  });

  it('stops at a failed migration with P3009', () => {
    const own = first(texts);
    const failed = { migration_name: '20231231_x', started_at: new Date(0), finished_at: null, rolled_back_at: null };
    expect(decide(own, [failed])).toMatchObject({
      why: 'refused',
      problem: { code: 'P3009', message: expect.stringContaining('`20231231_x` migration started at 1970') },
    });
    expect(decide(own, [{ ...failed, rolled_back_at: new Date(1) }])).toEqual({ run: true });
    expect(decide(own, [{ ...failed, migration_name: '20240101_a', finished_at: new Date(1) }])).toEqual({
      run: false,
      why: 'already applied',
    });
  });
});

describe('placing a rollback', () => {
  const statements = ['DROP TABLE a;', 'DROP TABLE b;'];

  /** The files after the placement. */
  function placed(texts: Readonly<Record<string, string>>, down = statements): Record<string, string> {
    const { framework, migration } = first(texts);
    const placement = framework.placeDown(migration, files(texts), down);
    if (placement.kind === 'unsupported') throw new Error(placement.why);
    if (placement.kind === 'create') return { ...texts, [placement.path]: placement.text };
    const text = texts[placement.path] ?? '';
    return { ...texts, [placement.path]: text.slice(0, placement.span.start) + placement.newText + text.slice(placement.span.end) };
  }

  const cases: Record<string, Readonly<Record<string, string>>> = {
    'plain SQL': { 'a.sql': 'SELECT 1' },
    'golang-migrate': { '1_a.up.sql': 'SELECT 1' },
    'golang-migrate, empty file': { '1_a.up.sql': 'SELECT 1', '1_a.down.sql': '-- later\n' },
    Flyway: { 'sub/V1__a.sql': 'SELECT 1' },
    dbmate: { '1_a.sql': '-- migrate:up\nSELECT 1;' },
    'dbmate, empty block': { '1_a.sql': '-- migrate:up\r\nSELECT 1;\r\n-- migrate:down' },
    'dbmate, old block': { '1_a.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\n-- why\nSELECT 2;\nSELECT 3 ;\n-- end\n' },
    goose: { '1_a.sql': '-- +goose Up\nSELECT 1;\n' },
    'goose, empty block': { '1_a.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\n' },
  };

  it.each(Object.entries(cases))('%s reads back what was placed, and its up is as it was', (_, texts) => {
    const before = first(texts);
    const after = first(placed(texts));
    expect(after.framework.name).toBe(before.framework.name);
    expect(after.migration.down?.statements.map(({ text }) => `${text};`)).toEqual(statements);
    expect(after.migration.up.statements).toEqual(before.migration.up.statements);
    expect(after.migration.down?.execution.refused).toBeUndefined();
  });

  it('leaves comments where they are, and no semicolon behind', () => {
    const text = '-- migrate:up\nSELECT 1;\n-- migrate:down\n-- why\nSELECT 2;\nSELECT 3 ;\n-- end\n';
    expect(placed({ '1_a.sql': text })['1_a.sql']).toBe(
      '-- migrate:up\nSELECT 1;\n-- migrate:down\n-- why\nDROP TABLE a;\nDROP TABLE b;\n-- end\n',
    );
  });

  it('keeps the line breaks of the file', () => {
    expect(placed({ '1_a.sql': '-- migrate:up\r\nSELECT 1;\r\n' })['1_a.sql']).toBe(
      '-- migrate:up\r\nSELECT 1;\r\n\r\n-- migrate:down\r\nDROP TABLE a;\r\nDROP TABLE b;\r\n',
    );
  });

  it('puts what a transaction refuses outside of one', () => {
    const text = placed({ '1_a.sql': '-- migrate:up\nSELECT 1;\n' }, ['DROP INDEX CONCURRENTLY i;'])['1_a.sql'];
    expect(text).toContain('-- migrate:down transaction:false\nDROP INDEX');
  });

  it('guards bodies with the annotations of goose', () => {
    const body = 'CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  PERFORM 1;\nEND\n$$ LANGUAGE plpgsql;';
    const after = first(placed({ '1_a.sql': '-- +goose Up\nSELECT 1;\n' }, [body]));
    expect(after.migration.down?.statements.map(({ text, unreadable }) => [`${text};`, unreadable])).toEqual([[body, undefined]]);
  });

  it('says why Prisma has no place for it', () => {
    const { framework, migration } = first({ 'a/migration.sql': 'SELECT 1' });
    expect(framework.placeDown(migration, [], statements)).toMatchObject({ kind: 'unsupported' });
  });
});
