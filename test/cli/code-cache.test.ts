import { isAscii } from 'node:buffer';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultline, folderOf, root } from './cli';

const migrations = folderOf({
  '0001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, total int);\n',
  '0002_index.sql': 'CREATE INDEX orders_total_idx ON orders (total);\n',
});
const lint = ['lint', '--no-cache', '--format', 'github', migrations];

/** A user whose folders are in `home`, on any system. */
function userIn(home: string, more: Readonly<Record<string, string>> = {}) {
  return { environment: { HOME: home, XDG_CACHE_HOME: home, LOCALAPPDATA: home, ...more } };
}

/** The compiled programs that the user has. */
function compiledFor(home: string): readonly string[] {
  const folder = [join(home, 'faultline/code'), join(home, 'Library/Caches/faultline/code')].find((path) => existsSync(path));
  return folder === undefined ? [] : readdirSync(folder).map((name) => join(folder, name));
}

describe('the compiled program', () => {
  it('has a text in ASCII, which is read in less time', () => {
    const text = readFileSync(join(root, 'dist/program.js'));
    expect(isAscii(text), `${/.{0,40}[^\0-\x7f]/.exec(text.toString())?.[0]}: write it as an escape`).toBe(true);
  });

  it('is kept by the first run of a command, and taken by the next', async () => {
    const home = folderOf({});
    const first = await faultline(lint, userIn(home));
    expect(first.status).toBe(1);
    expect(first.stdout).toContain('index-not-concurrent');
    const [kept = '', ...others] = compiledFor(home);
    expect(others).toEqual([]);
    expect(statSync(kept).size).toBeGreaterThan(500_000);
    // What is not accepted is made again.
    const before = statSync(kept, { bigint: true });
    expect(await faultline(lint, userIn(home))).toEqual(first);
    const after = statSync(kept, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect((await faultline(['rules'], userIn(home))).status).toBe(0);
    expect(compiledFor(home)).toHaveLength(2);
  });

  it('is made again by a run that worked far longer than the one it is from', async () => {
    const home = folderOf({});
    await faultline(lint, userIn(home));
    const [kept = ''] = compiledFor(home);
    for (const [cpuMs, isMade] of [
      [1, true],
      [1e6, false],
    ] as const) {
      const bytes = readFileSync(kept);
      bytes.writeDoubleLE(cpuMs, 8);
      writeFileSync(kept, bytes);
      await faultline(lint, userIn(home));
      expect(readFileSync(kept).readDoubleLE(8) !== cpuMs).toBe(isMade);
    }
  });

  it('is made again when what was kept is damaged, and the command works all the same', async () => {
    const home = folderOf({});
    const first = await faultline(lint, userIn(home));
    const [kept = ''] = compiledFor(home);
    const whole = readFileSync(kept);
    for (const damaged of [whole.subarray(0, 1000), Buffer.from('x'), Buffer.concat([whole.subarray(0, 16), Buffer.alloc(whole.length)])]) {
      writeFileSync(kept, damaged);
      expect(await faultline(lint, userIn(home))).toEqual(first);
      expect(readFileSync(kept).length).toBeGreaterThan(500_000);
    }
  });

  it('is not kept where that cannot be, where nobody wants it, or by a command that failed', async () => {
    const home = folderOf({ faultline: 'a file' });
    expect((await faultline(lint, userIn(home))).status).toBe(1);
    const unwanted = folderOf({});
    expect((await faultline(lint, userIn(unwanted, { NODE_DISABLE_COMPILE_CACHE: '1' }))).status).toBe(1);
    expect((await faultline(lint, userIn(unwanted, { NODE_OPTIONS: '--enable-source-maps' }))).status).toBe(1);
    expect((await faultline(['lint', '--unknown'], userIn(unwanted))).status).toBe(2);
    expect(readdirSync(unwanted)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is not run from a folder that others can write to', async () => {
    const home = folderOf({});
    const first = await faultline(lint, userIn(home));
    const [kept = ''] = compiledFor(home);
    chmodSync(join(kept, '..'), 0o777);
    writeFileSync(kept, 'x');
    expect(await faultline(lint, userIn(home))).toEqual(first);
    expect(readFileSync(kept, 'utf8')).toBe('x');
  });

  it('reaches what lies beside it', async () => {
    const home = folderOf({});
    // `clean` imports the simulation, which is a program of its own.
    for (const _run of [1, 2]) {
      const cleaned = await faultline(['clean'], userIn(home));
      expect(cleaned).toMatchObject({ status: 0, stderr: '' });
    }
  });
});
