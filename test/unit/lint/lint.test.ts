import { beforeAll, describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { applySafeFixes, editText } from '../../../src/lint/fixes';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import type { Rule } from '../../../src/rules/rule';

beforeAll(loadParser);

const table = { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' };

function findings(text: string, rules: Record<string, 'off' | 'info' | 'warning' | 'error'> = {}) {
  const { reports } = lintFolder({
    files: [table, { path: '0002_change.sql', text }],
    paths: ['0002_change.sql'],
    configuration: {
      ...defaultConfiguration,
      rules: { 'missing-rollback': 'off', 'missing-lock-timeout': 'off', 'missing-statement-timeout': 'off', ...rules },
    },
  });
  return reports.flatMap((report) => report.findings);
}

const ids = (text: string, rules = {}) => findings(text, rules).map((finding) => finding.rule);

describe('suppressions', () => {
  it('silence a rule for the statement behind them', () => {
    expect(ids('ALTER TABLE users DROP COLUMN email;\n')).toEqual(['destructive-change']);
    expect(ids('-- faultline-ignore destructive-change: nobody reads it\nALTER TABLE users DROP COLUMN email;\n')).toEqual([]);
    expect(ids('/* faultline-ignore destructive-change: agreed */ ALTER TABLE users DROP COLUMN email;\n')).toEqual([]);
  });

  it('take several rules, and a comment at the end of the line', () => {
    expect(ids('CREATE INDEX i ON users (email); -- faultline-ignore index-not-concurrent: small\n')).toEqual([]);
    const both =
      '-- faultline-ignore index-not-concurrent, destructive-change: small\nALTER TABLE users DROP COLUMN email, ADD UNIQUE (id);\n';
    expect(ids(both)).toEqual([]);
  });

  it('reach no further than one statement', () => {
    const text = '-- faultline-ignore destructive-change: agreed\nSELECT 1;\nALTER TABLE users DROP COLUMN email;\n';
    expect(ids(text)).toEqual(['unused-suppression', 'destructive-change']);
  });

  it('of a file reach all of it', () => {
    const text = '-- faultline-ignore-file destructive-change: agreed\nSELECT 1;\nALTER TABLE users DROP COLUMN email;\n';
    expect(ids(text)).toEqual([]);
  });

  it('are comments, not words in a string or a body', () => {
    const text = "SELECT '-- faultline-ignore destructive-change: no';\nALTER TABLE users DROP COLUMN email;\n";
    expect(ids(text)).toEqual(['destructive-change']);
    const body = 'DO $$ BEGIN\n-- faultline-ignore-file destructive-change: no\nEND $$;\nALTER TABLE users DROP COLUMN email;\n';
    expect(ids(body)).toEqual(['destructive-change']);
  });

  it('that suppress nothing are findings, also half of one', () => {
    const text = '-- faultline-ignore destructive-change, index-not-concurrent: agreed\nALTER TABLE users DROP COLUMN email;\n';
    const [unused] = findings(text);
    expect(unused?.rule).toBe('unused-suppression');
    expect(unused?.message).toContain('index-not-concurrent');
    expect(unused?.message).not.toContain('destructive-change finds nothing');
    expect(unused?.fixes).toEqual([]);
  });

  it('of a rule that is off are none', () => {
    const text = '-- faultline-ignore destructive-change: agreed\nSELECT 1;\n';
    expect(ids(text, { 'destructive-change': 'off' })).toEqual([]);
  });

  it('of squawk are read, with its names or none, and never reported', () => {
    expect(ids('-- squawk-ignore ban-drop-column\nALTER TABLE users DROP COLUMN email;\n')).toEqual([]);
    expect(ids('-- squawk-ignore\nALTER TABLE users DROP COLUMN email;\n')).toEqual([]);
    expect(ids('-- squawk-ignore-file ban-drop-column\nSELECT 1;\nALTER TABLE users DROP COLUMN email;\n')).toEqual([]);
    expect(ids('-- squawk-ignore prefer-big-int\nSELECT 1;\n')).toEqual([]);
  });

  it('silence the rollback that is missing, at the first statement', () => {
    const on = { 'missing-rollback': 'info' } as const;
    expect(ids('CREATE TABLE a (id int);\n', on)).toEqual(['missing-rollback']);
    expect(ids('-- faultline-ignore missing-rollback: never rolled back\nCREATE TABLE a (id int);\n', on)).toEqual([]);
  });
});

describe('severities', () => {
  it('come from the configuration, and off is off', () => {
    expect(findings('ALTER TABLE users DROP COLUMN email;\n', { 'destructive-change': 'error' })[0]?.severity).toBe('error');
    expect(ids('ALTER TABLE users DROP COLUMN email;\n', { 'destructive-change': 'off' })).toEqual([]);
  });
});

describe('what can not be read', () => {
  it('is one finding and one error, and the rest of the file is linted', () => {
    const { reports } = lintFolder({
      files: [table, { path: '0002_x.sql', text: 'ALTER TABEL users;\nALTER TABLE users DROP COLUMN email;\n' }],
      paths: ['0002_x.sql'],
      configuration: { ...defaultConfiguration, rules: { 'missing-rollback': 'off', 'missing-lock-timeout': 'off' } },
    });
    expect(reports[0]?.errors).toHaveLength(1);
    expect(reports[0]?.findings.map((finding) => finding.rule)).toEqual(['unreadable-statement', 'destructive-change']);
  });

  it.each(['', '\ufeff', '\0\0', 'not sql at all', 'SELECT (', "'", '-- faultline-ignore', 'CREATE TABLE'])('never throws: %j', (text) => {
    expect(() => lintFolder({ files: [{ path: '0001_x.sql', text }] })).not.toThrow();
  });
});

describe('safe fixes', () => {
  it('are applied until none is left, and come to an end', () => {
    const files = [table, { path: '0002_c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' }];
    const fixed = applySafeFixes(files, (current) => lintFolder({ files: current }).reports);
    expect(fixed.changed).toEqual(['0001_users.down.sql', '0002_c.down.sql', '0002_c.sql']);
    expect(fixed.files.find((file) => file.path === '0002_c.sql')?.text).toBe(
      "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN a int;\n",
    );
    expect(fixed.files.find((file) => file.path === '0002_c.down.sql')?.text).toContain('ALTER TABLE users DROP COLUMN a;');
    const again = applySafeFixes(fixed.files, (current) => lintFolder({ files: current }).reports);
    expect(again.applied).toBe(0);
  });

  it('keep line ends and what stands around', () => {
    const text = 'ALTER TABLE users ADD COLUMN a int;\r\n-- end\r\n';
    const fixed = applySafeFixes(
      [table, { path: '0002_c.sql', text }],
      (current) => lintFolder({ files: current, paths: ['0002_c.sql'] }).reports,
    );
    expect(fixed.files.find((file) => file.path === '0002_c.sql')?.text).toBe(
      "SET lock_timeout = '5s';\r\nALTER TABLE users ADD COLUMN a int;\r\n-- end\r\n",
    );
  });

  it('edit a text at UTF-16 positions', () => {
    const at = (line: number, character: number) => ({ line, character });
    expect(editText('a😀b\nc', [{ range: { start: at(0, 3), end: at(0, 4) }, newText: 'X' }])).toBe('a😀X\nc');
  });
});

describe('the cache', () => {
  it('lints again only what changed, and what depends on it', () => {
    const linted: string[] = [];
    const spy: Rule = {
      ...(allRules[0] as Rule),
      id: 'spy',
      check: (context) => {
        linted.push(context.program.path);
        return [];
      },
    };
    const cache = new LintCache();
    const third = { path: '0003_b.sql', text: 'ALTER TABLE users ADD COLUMN b int;\n' };
    const lint = (second: string) => {
      linted.length = 0;
      lintFolder({ files: [table, { path: '0002_a.sql', text: second }, third], cache, rules: [spy] });
      return [...linted];
    };
    expect(lint('ALTER TABLE users ADD COLUMN a int;\n')).toHaveLength(3);
    expect(lint('ALTER TABLE users ADD COLUMN a int;\n')).toEqual([]);
    expect(lint('ALTER TABLE users ADD COLUMN a int; -- a comment\n')).toEqual(['0002_a.sql']);
    expect(lint('ALTER TABLE users ADD COLUMN a bigint;\n')).toEqual(['0002_a.sql', '0003_b.sql']);
  });
});

it('counts one other statement as one', () => {
  const guard = findings('CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\n').find(
    ({ rule }) => rule === 'missing-guard',
  );
  expect(guard?.message).toMatch(/The same goes for 1 more statement\.$/);
});

it('a project of SQL files for another database is named, and not linted as PostgreSQL', () => {
  const files = [
    { path: '1_a/migration.sql', text: 'PRAGMA foreign_keys=OFF;\n' },
    { path: 'migration_lock.toml', text: 'provider = "sqlite"\n' },
  ];
  expect(lintFolder({ files })).toMatchObject({ reports: [], otherEngine: expect.stringContaining('migration_lock.toml names SQLite') });
  const asPostgres = lintFolder({ files, configuration: { ...defaultConfiguration, engine: 'postgres' } });
  expect(asPostgres.reports.flatMap(({ findings: found }) => found.map(({ rule }) => rule))).toContain('unreadable-statement');
});

describe('callbacks of Flyway', () => {
  const migration = { path: 'V1__items.sql', text: 'CREATE TABLE items (id bigint PRIMARY KEY, name text);\n' };
  const timeouts = { path: 'beforeMigrate.sql', text: "SET lock_timeout = '5s';\nSET statement_timeout = '60s';\n" };
  const lint = (text: string, path = 'afterMigrate__names.sql') =>
    lintFolder({ files: [migration, timeouts, { path, text }] }).reports.flatMap(({ path: at, findings: found }) =>
      found.map(({ rule, range }) => `${at} ${rule} ${range.start.line + 1}`),
    );

  it('are linted on the schema that all migrations leave', () => {
    expect(lint('SELECT 1;\nUPDATE items SET name = lower(name);\n')).toEqual(['afterMigrate__names.sql unbatched-write 2']);
    expect(lint('REFRESH MATERIALIZED VIEW totals;\n')).toEqual(['afterMigrate__names.sql index-not-concurrent 1']);
    expect(lint('GRANT SELECT ON items TO reader;\n')).toEqual([]);
  });

  it('need no rollback and no version, and those of other commands are left alone', () => {
    expect(lint('CREATE TABLE IF NOT EXISTS log (id bigint PRIMARY KEY);\n')).toEqual([]);
    expect(lint('UPDATE items SET name = lower(name);\n', 'afterInfo.sql')).toEqual([]);
  });

  it('are linted alone when only they are asked for', () => {
    const { reports } = lintFolder({ files: [migration, timeouts], paths: ['beforeMigrate.sql'] });
    expect(reports.map(({ path, findings: found }) => [path, found.length])).toEqual([['beforeMigrate.sql', 0]]);
  });
});
