import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { PlanReport } from '../../src/report/plan-json';
import { faultline, folderOf, isOneClearLine, root, schema } from './cli';

const interesting = 'examples/shop/db/migrations/20250519080000_add_currency_to_orders.sql';

describe('plan', () => {
  test('brackets what commits together, and names locks and costs', async () => {
    const { status, stdout } = await faultline(['plan', 'examples/library/sql/V3__due_dates.sql']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/┌ BEGIN[\s\S]*│ +1 ALTER TABLE loans[\s\S]*│ +4 ALTER TABLE loans[\s\S]*└ COMMIT/);
    expect(stdout).toContain('ACCESS EXCLUSIVE');
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('json is what its schema says', async () => {
    const validate = schema('plan');
    const { stdout } = await faultline(['plan', interesting, '--format', 'json']);
    const report = JSON.parse(stdout);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.up.atomic).toBe(false);
    expect(report.up.transactions).toHaveLength(4);
  });

  test('the version decides: a default that was constant rewrites nothing from 11 on, a volatile one does', async () => {
    const cwd = folderOf({
      'migrations/1.sql': 'CREATE TABLE a (id int);\n',
      'migrations/2.sql': 'ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid();\n',
    });
    const { stdout } = await faultline(['plan', 'migrations/2.sql', '--format', 'json', '--engine-version', '15'], { cwd });
    const report = JSON.parse(stdout);
    expect(report.migration.engineVersion).toBe('15');
    expect(report.up.statements[0].cost).toBe('rewrite');
  });
});

describe('down', () => {
  test('prints statements that undo the migration', async () => {
    const { status, stdout } = await faultline(['down', interesting]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/DROP COLUMN (IF EXISTS )?"?currency"?/);
  });

  test('--write puts it where the framework wants it, once', async () => {
    const name = '20250519080000_add_currency_to_orders.sql';
    const folder = 'examples/shop/db/migrations';
    const cwd = folderOf(
      Object.fromEntries(
        ['20250110093000_create_customers.sql', '20250112081500_create_orders.sql', name].map((file) => [
          `db/migrations/${file}`,
          readFileSync(join(root, folder, file), 'utf8'),
        ]),
      ),
    );
    const first = await faultline(['down', `db/migrations/${name}`, '--write'], { cwd });
    expect([first.status, first.stderr]).toEqual([0, `inserted the rollback into db/migrations/${name}\n`]);
    expect(readFileSync(join(cwd, 'db/migrations', name), 'utf8')).toMatch(/-- \+goose Down\n[\s\S]*DROP COLUMN/);
    const second = await faultline(['down', `db/migrations/${name}`, '--write'], { cwd });
    expect(second.status).toBe(2);
    expect(second.stderr).toSatisfy(isOneClearLine);
  });

  test('--write makes the file that golang-migrate wants', async () => {
    const cwd = folderOf({
      'migrations/000001_a.up.sql': 'CREATE TABLE a (id int);\n',
      'migrations/000002_b.up.sql': 'ALTER TABLE a ADD COLUMN b int;\n',
    });
    const { stderr } = await faultline(['down', 'migrations/000002_b.up.sql', '--write'], { cwd });
    expect(stderr).toBe('created migrations/000002_b.down.sql\n');
    expect(readFileSync(join(cwd, 'migrations/000002_b.down.sql'), 'utf8')).toContain('DROP COLUMN');
  });
});

describe('rules', () => {
  test('the list, as text and as its schema says', async () => {
    const validate = schema('rules');
    const report = JSON.parse((await faultline(['rules', '--format', 'json'])).stdout);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.rules.length).toBeGreaterThanOrEqual(12);
    const { stdout } = await faultline(['rules']);
    for (const rule of report.rules) expect(stdout).toContain(rule.id);
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('one rule in full', async () => {
    const [rule] = JSON.parse((await faultline(['rules', '--format', 'json'])).stdout).rules;
    const { status, stdout } = await faultline(['explain', rule.id]);
    expect(status).toBe(0);
    expect(stdout).toContain(rule.url);
  });
});

test('help and version are no failures', async () => {
  const help = await faultline(['--help']);
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('simulate');
  const version = await faultline(['--version']);
  expect([version.status, version.stdout]).toEqual([0, `${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`]);
});

describe('a changelog with several changesets', () => {
  const text = `--liquibase formatted sql

--changeset ann:1
CREATE TABLE users (id bigint PRIMARY KEY);
--rollback DROP TABLE users;

--changeset ann:2
ALTER TABLE users ADD COLUMN email text;

--changeset ann:3 runInTransaction:false
CREATE INDEX CONCURRENTLY users_email ON users (email);

--changeset ann:4
CREATE VIEW mails AS SELECT email FROM users;
--rollback not required
`;

  test('is planned changeset by changeset, in JSON too, which is one document', async () => {
    const cwd = folderOf({ 'changelog.sql': text });
    const { stdout } = await faultline(['plan', 'changelog.sql'], { cwd });
    expect(stdout.match(/^changelog\.sql ann:\d$/gm)).toEqual([1, 2, 3, 4].map((id) => `changelog.sql ann:${id}`));
    const json = await faultline(['plan', 'changelog.sql', '--format', 'json'], { cwd });
    const report = JSON.parse(json.stdout);
    const validate = schema('plan');
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.migration.id).toBe('changelog.sql::4::ann');
    expect(report.changesets.map(({ migration, up }: PlanReport) => [migration.id, up.transactions[0]?.kind])).toEqual([
      ['changelog.sql::1::ann', 'framework'],
      ['changelog.sql::2::ann', 'framework'],
      ['changelog.sql::3::ann', 'autocommit'],
      ['changelog.sql::4::ann', 'framework'],
    ]);
  });

  test('gets a rollback wherever one is missing, and keeps the others', async () => {
    const cwd = folderOf({ 'changelog.sql': text });
    const shown = await faultline(['down', 'changelog.sql'], { cwd });
    expect(shown.stdout.match(/^--.*$/gm)).toEqual([4, 3, 2, 1].map((id) => `-- changelog.sql ann:${id}`));
    expect(await faultline(['down', 'changelog.sql', '--write'], { cwd })).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, 'changelog.sql'), 'utf8')).toBe(
      text
        .replace('email text;\n', 'email text;\n--rollback ALTER TABLE users DROP COLUMN email;\n')
        .replace('(email);\n', '(email);\n--rollback DROP INDEX CONCURRENTLY users_email;\n'),
    );
    const again = await faultline(['down', 'changelog.sql', '--write'], { cwd });
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('has a rollback already');
  });
});
