import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { faultline, folderOf, isOneClearLine } from './cli';

/** Outside of a transaction, and not to be repeated. */
const halfDone =
  '-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;\n-- +goose Down\nALTER TABLE users DROP COLUMN b;\nALTER TABLE users DROP COLUMN a;\n';
const gooseUsers = '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n-- +goose Down\nDROP TABLE users;\n';
/** A single fault is enough where the verdict is not what is looked at. */
const quickly = { 'faultline.json': '{ "simulate": { "faults": ["error"] } }' };
const gooseNote =
  "-- +goose Up\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN note text;\n-- +goose Down\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users DROP COLUMN note;\n";

/** A repository with a remote that is a folder too, and one commit that the remote has. */
function repository(files: Readonly<Record<string, string>>): Repository {
  return new Repository(files);
}

class Repository {
  readonly folder: string;

  constructor(files: Readonly<Record<string, string>>) {
    const parent = folderOf({ 'app/README.md': 'A shop.\n' });
    this.folder = join(parent, 'app');
    execFileSync('git', ['init', '-q', '--bare', join(parent, 'remote.git')]);
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.email', 'shop@example.com');
    this.git('config', 'user.name', 'Shop');
    this.git('remote', 'add', 'origin', join(parent, 'remote.git'));
    this.commit(files);
    this.git('push', '-q', '--no-verify', 'origin', 'main');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  commit(files: Readonly<Record<string, string>>): void {
    this.write(files);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'change');
  }

  hook(...args: string[]) {
    return faultline(['hook', ...args], { cwd: this.folder });
  }

  push(...args: string[]) {
    const { status, stdout, stderr } = spawnSync('git', ['push', '-q', ...args], { cwd: this.folder, encoding: 'utf8' });
    return { status, text: stdout + stderr };
  }

  /** What the remote's branch holds. */
  remote(branch: string): string | undefined {
    const line = this.git('ls-remote', 'origin', `refs/heads/${branch}`);
    return line === '' ? undefined : line.split('\t')[0];
  }

  head(name = 'HEAD'): string {
    return this.git('rev-parse', name).trim();
  }
}

const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('faultline-push-'));

describe('hook install', () => {
  test('writes a hook that git can run, again too, and uninstall removes it', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    const first = await shop.hook('install');
    expect(first).toEqual({
      status: 0,
      stderr: '',
      stdout: 'wrote .git/hooks/pre-push: what you push is linted and simulated before it leaves\n',
    });
    const file = join(shop.folder, '.git/hooks/pre-push');
    expect(statSync(file).mode & 0o111).not.toBe(0);
    const second = await shop.hook('install', '--no-simulate');
    expect(second.stdout).toMatch(/^wrote again .*: what you push is linted before it leaves\n$/);
    expect(readFileSync(file, 'utf8')).toContain('hook run --no-simulate "$@"');
    shop.write({ "schema/it's.sql": 'CREATE TABLE old (id int);' });
    const inside = { cwd: join(shop.folder, 'schema') };
    expect((await faultline(['hook', 'install', '--before', "it's.sql"], inside)).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain(`hook run --before 'schema/it'\\''s.sql' "$@"`);
    expect((await shop.hook('uninstall')).stdout).toBe('removed .git/hooks/pre-push\n');
    expect(existsSync(file)).toBe(false);
    expect(await shop.hook('uninstall')).toEqual({ status: 0, stdout: 'there is no pre-push hook here\n', stderr: '' });
  });

  test("leaves somebody else's hook as it is, and says what to add where", async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    const theirs = '#!/bin/sh\nnpm test\n';
    shop.write({ '.git/hooks/pre-push': theirs });
    for (const command of ['install', 'uninstall']) {
      const { status, stderr } = await shop.hook(command);
      expect([status, isOneClearLine(stderr)], stderr).toEqual([2, true]);
    }
    expect((await shop.hook('install')).stderr).toContain('add the line  npx --no-install faultline hook run "$@"  to it');
    expect(readFileSync(join(shop.folder, '.git/hooks/pre-push'), 'utf8')).toBe(theirs);

    shop.git('config', 'core.hooksPath', '.husky/_');
    shop.write({ '.husky/_/pre-push': '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n' });
    expect((await shop.hook('install')).stderr).toContain('to .husky/pre-push, since husky runs the hooks here');
  });

  test('goes where core.hooksPath and linked working trees have their hooks', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    shop.git('worktree', 'add', '-q', '-b', 'other', '../other');
    const linked = await faultline(['hook', 'install'], { cwd: join(shop.folder, '../other') });
    expect([linked.status, existsSync(join(shop.folder, '.git/hooks/pre-push'))], linked.stderr).toEqual([0, true]);
    shop.git('config', 'core.hooksPath', 'hooks of ours');
    expect((await shop.hook('install')).stdout).toContain('wrote hooks of ours/pre-push');
  });

  test('says in one line that there is no repository', async () => {
    const { status, stderr } = await faultline(['hook', 'install'], { cwd: folderOf({ 'a.sql': '' }) });
    expect([status, isOneClearLine(stderr)], stderr).toEqual([2, true]);
    expect(stderr).toContain('is not in the working tree of a git repository');
  });
});

describe('a push', () => {
  test('of a migration that failures break is stopped, and what the remote has is not looked at again', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install');
    const before = shop.remote('main');
    shop.commit({ 'migrations/2_ab.sql': halfDone });
    const refused = shop.push('origin', 'main');
    expect(refused.status, refused.text).not.toBe(0);
    expect(refused.text).toMatch(/✕ migrations\/2_ab\.sql +\d+ cells, /);
    expect(refused.text).toContain('running it again does not repair it');
    expect(refused.text).toContain('git push --no-verify');
    expect(refused.text).not.toContain('1_users.sql');
    for (const line of refused.text.split('\n'))
      if (!/^(faultline|error|remote|To) ?/.test(line)) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(shop.remote('main')).toBe(before);
    expect(shop.push('--no-verify', 'origin', 'main').status).toBe(0);
    // It is there now: the next push is about the next commit.
    shop.commit({ 'migrations/3_note.sql': gooseNote });
    const taken = shop.push('origin', 'main');
    expect(taken.status, taken.text).toBe(0);
    expect(taken.text).toContain('migrations/3_note.sql');
    expect(taken.text).not.toContain('2_ab.sql');
    expect(shop.remote('main')).toBe(shop.head());
  });

  test('of something else says nothing', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install');
    shop.commit({ 'README.md': 'Another text.\n', 'reports/monthly.sql': 'SELECT 1;\n', 'src/app.js': 'run();\n' });
    expect(shop.push('origin', 'main')).toEqual({ status: 0, text: '' });
    shop.git('branch', 'old');
    expect(shop.push('origin', 'old')).toEqual({ status: 0, text: '' });
    expect(shop.push('origin', ':old')).toEqual({ status: 0, text: '' });
  });

  test('tests what is pushed, and not what lies in the working tree', async () => {
    const shop = repository({ ...quickly, 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install');
    shop.git('checkout', '-q', '-b', 'feature');
    shop.commit({ 'migrations/2_ab.sql': halfDone });
    shop.git('checkout', '-q', 'main');
    shop.write({ 'migrations/2_unfinished.sql': '-- +goose Up\nALTER TABL' });
    const already = copies();
    const refused = shop.push('origin', 'feature');
    expect(refused.status, refused.text).not.toBe(0);
    expect(refused.text).toContain(`a copy of ${shop.head('feature').slice(0, 10)} is tested`);
    expect(refused.text).toContain('✕ migrations/2_ab.sql');
    expect(refused.text).not.toContain('unfinished');
    expect(copies()).toEqual(already);
    expect(shop.git('status', '--porcelain')).toBe('?? migrations/2_unfinished.sql\n');
    // The commit itself is sound, whatever is being written beside it.
    shop.git('checkout', '-q', '-b', 'fine');
    shop.git('add', 'README.md');
    shop.write({ 'migrations/3_note.sql': gooseNote });
    shop.git('add', 'migrations/3_note.sql');
    shop.git('commit', '-q', '-m', 'note');
    const taken = shop.push('origin', 'fine');
    expect(taken.status, taken.text).toBe(0);
    expect(shop.remote('fine')).toBe(shop.head('fine'));
  });

  test('leaves out what came in by a merge from a branch that the remote has', async () => {
    const shop = repository({ ...quickly, 'migrations/1_users.sql': gooseUsers });
    shop.git('checkout', '-q', '-b', 'feature');
    shop.commit({ 'migrations/3_note.sql': gooseNote });
    shop.git('checkout', '-q', 'main');
    shop.commit({ 'migrations/2_ab.sql': halfDone });
    shop.git('push', '-q', '--no-verify', 'origin', 'main');
    shop.git('checkout', '-q', 'feature');
    shop.git('merge', '-q', '--no-edit', 'main');
    await shop.hook('install');
    const taken = shop.push('origin', 'feature');
    expect(taken.status, taken.text).toBe(0);
    expect(taken.text).toContain('3_note.sql');
    expect(taken.text).not.toContain('2_ab.sql');
  });

  test('obeys the configuration of a part of the repository', async () => {
    const shop = repository({
      'services/orders/faultline.json':
        '{ "migrations": ["schema/*.sql"], "framework": "goose", "simulate": { "faults": ["error"], "failOn": [] } }',
      'services/orders/schema/1_users.sql': gooseUsers,
    });
    await shop.hook('install', '--max-severity', 'warning');
    shop.commit({ 'services/orders/schema/2_ab.sql': halfDone });
    const taken = shop.push('origin', 'main');
    expect(taken.status, taken.text).toBe(0);
    expect(taken.text).toContain('✕ services/orders/schema/2_ab.sql');
  });

  test('from a linked working tree is about that one', async () => {
    const shop = repository({ ...quickly, 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install', '--no-simulate');
    shop.git('worktree', 'add', '-q', '-b', 'other', '../other');
    const cwd = join(shop.folder, '../other');
    writeFileSync(join(cwd, 'migrations/2_index.sql'), '-- +goose Up\nCREATE INDEX i ON users (email);\n-- +goose Down\nDROP INDEX i;\n');
    execFileSync('git', ['add', '-A'], { cwd });
    execFileSync('git', ['commit', '-q', '-m', 'index'], { cwd });
    const { status, stdout, stderr } = spawnSync('git', ['push', '-q', 'origin', 'other'], { cwd, encoding: 'utf8' });
    expect(status, stdout + stderr).not.toBe(0);
    expect(stdout + stderr).toContain('migrations/2_index.sql');
    expect(stdout + stderr).not.toContain('a copy of');
  });

  test('is stopped by a finding, with --no-simulate by nothing else', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install', '--no-simulate', '--max-severity', 'warning');
    shop.commit({ 'migrations/2_ab.sql': halfDone });
    const taken = shop.push('origin', 'main');
    expect(taken.status, taken.text).toBe(0);
    expect(taken.text).not.toContain('cells');
    shop.commit({ 'migrations/4_index.sql': '-- +goose Up\nCREATE INDEX i ON users (email);\n-- +goose Down\nDROP INDEX i;\n' });
    const refused = shop.push('origin', 'main');
    expect(refused.status).not.toBe(0);
    expect(refused.text).toContain('index-not-concurrent');
  });

  test('of migrations that only their tool can run says how to simulate them', async () => {
    const shop = repository({
      'knexfile.js': "module.exports = { client: 'pg' };\n",
      'package.json': '{ "dependencies": { "knex": "3.0.0" } }',
    });
    await shop.hook('install');
    shop.commit({
      'migrations/20240101000000_users.js':
        "exports.up = (knex) => knex.schema.createTable('users', (t) => { t.bigIncrements('id'); });\nexports.down = (knex) => knex.schema.dropTable('users');\n",
    });
    const taken = shop.push('origin', 'main');
    expect(taken.status, taken.text).toBe(0);
    expect(taken.text).toContain("faultline simulate --command 'npx knex migrate:latest'");
  });

  test('of a whole history simulates the latest', async () => {
    const shop = repository(quickly);
    const one = (n: number) => [
      `migrations/${String(n).padStart(2, '0')}_t.sql`,
      `-- +goose Up\nCREATE TABLE t${n} (id bigint PRIMARY KEY);\n-- +goose Down\nDROP TABLE t${n};\n`,
    ];
    shop.commit(Object.fromEntries(Array.from({ length: 12 }, (_, n) => one(n + 1))));
    await shop.hook('install');
    const taken = shop.push('origin', 'main');
    expect(taken.text).toContain('12 migrations are new; the last 10 are simulated: faultline simulate migrations does it for all');
    expect(taken.text).toContain('migrations/03_t.sql');
    expect(taken.text).not.toMatch(/[●✓] migrations\/02_t\.sql/);
  });

  test('that can not be tested says why, once', async () => {
    const shop = repository({ 'migrations/1_users.sql': gooseUsers });
    await shop.hook('install');
    shop.commit({ 'faultline.json': '{ "sandbox": "docker" }', 'migrations/3_note.sql': gooseNote });
    const { DOCKER_HOST: _host, ...environment } = process.env;
    const { status, stderr } = spawnSync('git', ['push', '-q', 'origin', 'main'], {
      cwd: shop.folder,
      encoding: 'utf8',
      env: { ...environment, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^faultline: [^\n]*Docker[^\n]*\n/);
  });
});
