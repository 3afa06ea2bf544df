import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { LintReport } from '../../src/model/finding';
import { faultline, folderOf, isOneClearLine, schema } from './cli';

const create = 'CREATE TABLE orders (id bigint PRIMARY KEY, total integer);\n';
const index = 'CREATE INDEX orders_total_idx ON orders (total);\n';

/** A dbmate folder whose last migration blocks writes. */
function project(extra: Readonly<Record<string, string | Buffer>> = {}): string {
  return folderOf({
    'db/migrations/20250101000000_orders.sql': `-- migrate:up\n${create}\n-- migrate:down\nDROP TABLE orders;\n`,
    'db/migrations/20250102000000_index.sql': `-- migrate:up\n${index}\n-- migrate:down\nDROP INDEX orders_total_idx;\n`,
    ...extra,
  });
}

async function lintJson(args: readonly string[], options: Parameters<typeof faultline>[1] = {}): Promise<LintReport> {
  const { stdout, stderr } = await faultline(['lint', '--format', 'json', ...args], options);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('what is linted', () => {
  test('paths in edits are those of the report, from where the command stands', async () => {
    const report = await lintJson(['db'], { cwd: folderOf({ 'db/sql/0001_orders.up.sql': create }) });
    const edits = report.files.flatMap((file) => file.findings.flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits)));
    const paths = edits.flatMap((edit) => edit.path ?? []);
    expect(paths).toEqual(['db/sql/0001_orders.down.sql']);
  });

  test('a file, on the schema that its predecessors make', async () => {
    const cwd = project();
    const report = await lintJson(['db/migrations/20250102000000_index.sql'], { cwd });
    expect(report.files.map((file) => [file.path, file.framework, file.engine])).toEqual([
      ['db/migrations/20250102000000_index.sql', 'dbmate', 'postgres'],
    ]);
    expect(report.files[0]?.findings.length).toBeGreaterThan(0);
    expect(report.summary.files).toBe(1);
  });

  test('without a path, the migrations of the workspace; SQL that is none is left alone', async () => {
    const cwd = project({ 'queries/report.sql': 'SELECT 1;', 'node_modules/x/migrations/1_a.sql': index });
    const report = await lintJson([], { cwd });
    expect(report.files.map((file) => file.path)).toEqual([
      'db/migrations/20250101000000_orders.sql',
      'db/migrations/20250102000000_index.sql',
    ]);
  });

  test('the globs of faultline.json, from a folder below', async () => {
    const cwd = project({ 'faultline.json': JSON.stringify({ migrations: ['db/migrations/*_index.sql'] }), 'app/x.txt': '' });
    const report = await lintJson([], { cwd: join(cwd, 'app') });
    expect(report.files).toHaveLength(1);
    expect(report.files[0]?.path).toMatch(/20250102000000_index\.sql$/);
  });

  test('a file that is named twice, and with its folder, is linted once', async () => {
    const cwd = project();
    const file = 'db/migrations/20250102000000_index.sql';
    expect((await lintJson([file, file, 'db/migrations'], { cwd })).files).toHaveLength(2);
  });

  test('standard input in the place of a file', async () => {
    const cwd = project();
    const input = '-- migrate:up\nSELEC 1;\n';
    const report = await lintJson(['--stdin', '--stdin-path', 'db/migrations/20250103000000_new.sql'], { cwd, input });
    expect(report.files).toHaveLength(1);
    expect(report.files[0]?.errors[0]?.range.start.line).toBe(1);
  });

  test('a folder that links to itself is read once', async () => {
    const cwd = project();
    symlinkSync(join(cwd, 'db'), join(cwd, 'db/migrations/loop'));
    expect((await lintJson(['db/migrations'], { cwd })).files.filter((file) => file.path.endsWith('_index.sql'))).toHaveLength(1);
  });
});

describe('exit status', () => {
  test('1 with findings, 0 when they are accepted or there are none', async () => {
    const cwd = project();
    const file = 'db/migrations/20250102000000_index.sql';
    expect((await faultline(['lint', file], { cwd })).status).toBe(1);
    expect((await faultline(['lint', file, '--max-severity', 'error'], { cwd })).status).toBe(0);
    const clean = folderOf({ 'migrations/1.sql': "SET lock_timeout = '1s';\nSELECT 1;\n" });
    const { status, stdout } = await faultline(['lint', 'migrations', '--max-severity', 'info'], { cwd: clean });
    expect([status, stdout.includes('no findings')]).toEqual([0, true]);
  });

  test('a rule that is off is not heard of, one that is raised is', async () => {
    const cwd = project();
    const file = 'db/migrations/20250102000000_index.sql';
    const rules = (await lintJson([file], { cwd })).files[0]?.findings.map((finding) => finding.rule) ?? [];
    const off = [...new Set(rules)].flatMap((rule) => ['--rule', `${rule}=off`]);
    expect((await faultline(['lint', file, ...off], { cwd })).status).toBe(0);
    const raised = await lintJson([file, '--rule', `${rules[0]}=error`], { cwd });
    expect(raised.files[0]?.findings.find((finding) => finding.rule === rules[0])?.severity).toBe('error');
  });

  test.each([
    ['a missing folder', ['lint', 'nowhere']],
    ['an unknown option', ['lint', '--frobnicate']],
    ['an unknown format', ['lint', '--format', 'yaml']],
    ['an unknown rule', ['lint', '--rule', 'no-such-rule=off']],
    ['an unknown level', ['lint', '--rule', 'missing-rollback=fatal']],
    ['an unknown engine', ['lint', '--engine', 'oracle']],
    ['a version that does not exist', ['lint', 'db', '--engine-version', '99']],
    ['a missing configuration', ['lint', 'db', '--config', 'nowhere.json']],
    ['--stdin without a path', ['lint', '--stdin']],
    ['a command that does not exist', ['frobnicate']],
    ['a rule to explain that does not exist', ['explain', 'no-such-rule']],
    ['a plan of a folder', ['plan', 'db/migrations']],
    ['a plan of nothing', ['plan', 'nowhere.sql']],
    ['a rollback of nothing', ['down', 'nowhere.sql']],
  ])('2 with one clear line for %s', async (_, args) => {
    const { status, stdout, stderr } = await faultline(args, { cwd: project() });
    expect(stderr).toSatisfy(isOneClearLine);
    expect([status, stdout]).toEqual([2, '']);
  });

  test.each([
    ['a rule to explain', ['explain', 'indx-not-concurrent'], 'Did you mean "index-not-concurrent"?'],
    ['a rule on the command line', ['lint', '--rule', 'missing-rolback=off'], 'Did you mean "missing-rollback"?'],
  ])('a slip of the finger in %s', async (_, args, meant) => {
    expect((await faultline(args, { cwd: project() })).stderr).toContain(meant);
  });

  test('a file that is no migration is not said to have no findings', async () => {
    const { status, stdout, stderr } = await faultline(['lint', 'go.mod'], { cwd: project({ 'go.mod': 'module x\n' }) });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe('faultline: go.mod is not a migration that dbmate would run: is its name right?\n');
  });

  test('what names a file is named: the key, and the folder that is not there', async () => {
    const configured = (text: string) => faultline(['lint'], { cwd: project({ 'faultline.json': text }) });
    expect((await configured('{"schema": "nowhere.sql"}')).stderr).toBe(
      'faultline: faultline.json: "schema": nowhere.sql does not exist\n',
    );
    expect((await configured('{"baseline": "nowhere.json"}')).stderr).toContain('faultline.json: "baseline": ');
    const { status, stderr } = await faultline(['lint', '--out', 'reports/lint.json'], { cwd: project() });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^faultline: reports\/lint\.json can't be written: the folder \S+reports does not exist\n$/);
  });

  test('a version of another database is not taken in silence', async () => {
    const cwd = project({ 'faultline.json': '{"engineVersion": 11}' });
    const { status, stderr } = await faultline(['lint'], { cwd });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'faultline: faultline.json: "engineVersion": 11 is no version of PostgreSQL that is known here (12 to 18): read as PostgreSQL 18\n',
    );
    expect((await faultline(['lint', '--engine-version', '14'], { cwd })).stderr).toBe('');
    expect((await faultline(['lint', '--engine', 'mariadb'], { cwd })).stderr).toBe('');
  });

  test.each([['plan'], ['down'], ['simulate']])('%s says why a file can not be run', async (command) => {
    const cwd = folderOf({
      'migrations/00001_a.sql': '-- +goose Up\nCREATE TABLE a (id bigint PRIMARY KEY);\n',
      'migrations/00002_b.sql': '',
    });
    const { status, stderr } = await faultline([command, 'migrations/00002_b.sql'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^faultline: 00002_b\.sql: .*must start with '-- \+goose Up' annotation/);
  });
});

describe('bad input', () => {
  test.each([
    ['not SQL', 'Dear diary, today I migrated.\n'],
    ['half a statement', 'CREATE TABLE half (id'],
    ['an open quote', "INSERT INTO a VALUES ('never closed"],
    ['an open dollar quote', 'DO $$ BEGIN'],
  ])('%s is a finding with a place', async (_, text) => {
    const cwd = folderOf({ 'migrations/1.sql': text });
    const { status, stdout, stderr } = await faultline(['lint', 'migrations', '--format', 'json'], { cwd });
    expect([status, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout).files[0].errors).toHaveLength(1);
  });

  test.each([
    ['an empty file', ''],
    ['a comment alone', '-- nothing yet\n'],
    ['white space', ' \n\t\r\n'],
  ])('%s is no failure', async (_, text) => {
    const cwd = folderOf({ 'migrations/1.sql': text });
    const { status, stderr } = await faultline(['lint', 'migrations', '--max-severity', 'warning'], { cwd });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('CRLF and a byte-order mark do not shift places, and both survive a fix', async () => {
    const text = `\uFEFF${create}SELECT 'ü😀'; FOO;\n`.replace(/\n/g, '\r\n');
    const cwd = folderOf({ 'migrations/1.sql': text });
    const report = await lintJson(['migrations'], { cwd });
    expect(report.files[0]?.errors[0]?.range.start).toEqual({ line: 1, character: "SELECT 'ü😀'; ".length });
    const other = folderOf({ 'migrations/1.sql': create, 'migrations/2.sql': `\uFEFFSELECT 1;\n${index}`.replace(/\n/g, '\r\n') });
    expect((await faultline(['lint', 'migrations/2.sql', '--fix'], { cwd: other })).stderr).toMatch(/^applied/);
    const fixed = readFileSync(join(other, 'migrations/2.sql'), 'utf8');
    expect(fixed.startsWith('\uFEFF')).toBe(true);
    expect(fixed.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
  });

  test.each([
    ['binary', Buffer.from([0, 1, 2, 3, 0]), 'not a text file'],
    ['UTF-16', Buffer.from('\uFEFFSELECT 1;', 'utf16le'), 'UTF-16'],
    ['Latin-1', Buffer.from('-- gr\u00fc\u00dfe\n', 'latin1'), 'not valid UTF-8'],
  ])('a file that is %s is one clear line, and its neighbours are still linted', async (_, bytes, message) => {
    const cwd = folderOf({ 'migrations/1.sql': create, 'migrations/2.sql': bytes });
    const named = await faultline(['lint', 'migrations/2.sql'], { cwd });
    expect([named.status, named.stdout]).toEqual([2, '']);
    expect(named.stderr).toSatisfy(isOneClearLine);
    expect(named.stderr).toContain(message);
    const folder = await faultline(['lint', 'migrations', '--format', 'json'], { cwd });
    expect(folder.status).toBe(2);
    expect(folder.stderr).toContain(message);
    expect(JSON.parse(folder.stdout).files).toHaveLength(1);
  });

  test('10 MB of SQL is read, or refused in one line, within a minute', async () => {
    const row = `INSERT INTO orders VALUES (1, 'x${'y'.repeat(60)}');\n`;
    const cwd = folderOf({ 'migrations/1.sql': create + row.repeat(Math.ceil((10 * 1024 * 1024) / row.length)) });
    const { status, stderr, stdout } = await faultline(['lint', 'migrations', '--max-severity', 'error'], { cwd });
    if (status === 2) expect(stderr).toSatisfy(isOneClearLine);
    else expect([status, stdout.includes('1 file')]).toEqual([0, true]);
  });

  test('a folder without SQL', async () => {
    const cwd = folderOf({ 'a.txt': 'x' });
    mkdirSync(join(cwd, 'empty'));
    for (const args of [['lint', 'empty'], ['lint']]) {
      const { status, stderr } = await faultline(args, { cwd });
      expect(status).toBe(2);
      expect(stderr).toSatisfy(isOneClearLine);
    }
  });

  test.each([
    ['not JSON', '{"engine": '],
    ['an unknown key', '{"enginee": "postgres"}'],
    ['a wrong value', '{"engine": "oracle"}'],
    ['a rule that there is not', '{"rules": {"index-not-concurent": "off"}}'],
  ])('a faultline.json with %s is one clear line', async (_, text) => {
    const { status, stderr } = await faultline(['lint', 'db'], { cwd: project({ 'faultline.json': text }) });
    expect(status).toBe(2);
    expect(stderr).toSatisfy(isOneClearLine);
    expect(stderr).toContain('faultline.json');
  });
});

describe('fixes', () => {
  const file = 'db/migrations/20250102000000_index.sql';

  test('a dry run is a patch, and changes nothing', async () => {
    const cwd = project();
    const before = readFileSync(join(cwd, file), 'utf8');
    const { stdout } = await faultline(['lint', file, '--fix-dry-run'], { cwd });
    expect(stdout).toMatch(/^--- a\/db\/migrations\/20250102000000_index\.sql\n\+\+\+ b\//);
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(before);
  });

  test('--fix writes what the dry run showed, and is done after one go', async () => {
    const cwd = project();
    const before = readFileSync(join(cwd, file), 'utf8');
    const { stderr } = await faultline(['lint', file, '--fix'], { cwd });
    expect(stderr).toMatch(/^applied \d+ fix(es)? in 1 file\n$/);
    const after = readFileSync(join(cwd, file), 'utf8');
    expect(after).not.toBe(before);
    expect((await faultline(['lint', file, '--fix'], { cwd })).stderr).toBe('nothing to fix by itself\n');
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(after);
  });

  test('--fix on standard input prints the fixed text', async () => {
    const cwd = project();
    const input = readFileSync(join(cwd, file), 'utf8');
    const { stdout, status } = await faultline(['lint', '--stdin', '--stdin-path', file, '--fix'], { cwd, input });
    expect(status).toBe(0);
    expect(stdout).not.toBe(input);
    expect(stdout).toContain('-- migrate:up');
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(input);
  });
});

describe('formats', () => {
  test('json is what its schema says', async () => {
    const validate = schema('lint');
    const report = await lintJson(['examples']);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.files.length).toBeGreaterThan(5);
  });

  test('the terminal gets 80 columns, and no colours when there is none', async () => {
    const { stdout } = await faultline(['lint', 'examples']);
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001b');
  });

  test('colours can be forced, and NO_COLOR wins', async () => {
    expect((await faultline(['lint', 'examples'], { environment: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    expect((await faultline(['lint', 'examples'], { environment: both })).stdout).not.toContain('\u001b');
  });

  test.each(['sarif', 'gitlab'])('%s is JSON', async (format) => {
    const { stdout } = await faultline(['lint', 'examples', '--format', format]);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });

  test('github and junit', async () => {
    expect((await faultline(['lint', 'examples', '--format', 'github'])).stdout).toMatch(/^::(error|warning|notice) file=examples\//);
    expect((await faultline(['lint', 'examples', '--format', 'junit'])).stdout).toMatch(/^<\?xml[\s\S]*<\/testsuites>\n$/);
  });

  test('--out writes the file and prints nothing', async () => {
    const cwd = project();
    const { stdout } = await faultline(['lint', 'db', '--format', 'json', '--out', 'report.json'], { cwd });
    expect(stdout).toBe('');
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).version).toBe(1);
  });

  test('--out into a folder that is not there is one clear line', async () => {
    const { status, stderr } = await faultline(['lint', 'db', '--out', 'no/where.json'], { cwd: project() });
    expect(status).toBe(2);
    expect(stderr).toSatisfy(isOneClearLine);
  });
});

describe('a baseline', () => {
  test('hides what is there, shows what comes, and is one clear line when it is missing', async () => {
    const cwd = project();
    const written = await faultline(['lint', '--write-baseline', 'db/known.json'], { cwd });
    expect([written.status, written.stderr]).toEqual([0, expect.stringContaining('"baseline"')]);
    const known = JSON.parse(readFileSync(join(cwd, 'db/known.json'), 'utf8'));
    expect(Object.keys(known.files)).toContain('migrations/20250102000000_index.sql');
    const without = await lintJson(['--baseline', 'db/known.json'], { cwd });
    expect(without.files.flatMap((file) => file.findings)).toEqual([]);
    const later = project({
      'db/known.json': JSON.stringify(known),
      'faultline.json': JSON.stringify({ baseline: 'db/known.json' }),
      'db/migrations/20250103000000_more.sql': '-- migrate:up\nDROP TABLE orders;\n\n-- migrate:down\n',
    });
    const more = await lintJson([], { cwd: later });
    expect(new Set(more.files.filter((file) => file.findings.length > 0).map((file) => file.path))).toEqual(
      new Set(['db/migrations/20250103000000_more.sql']),
    );
    const missing = await faultline(['lint', '--baseline', 'nowhere.json'], { cwd });
    expect(missing.status).toBe(2);
    expect(missing.stderr).toSatisfy(isOneClearLine);
  });
});
