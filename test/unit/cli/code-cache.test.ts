import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeCache } from '../../../src/cli/code-cache';

let above: string;
let folder: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'faultline-code-'));
  folder = join(above, 'faultline', 'code');
});
afterEach(() => rmSync(above, { recursive: true, force: true }));

const compiled = { code: Buffer.from('compiled code '.repeat(1000)), cpuMs: 12.5 };

describe('what is kept', () => {
  it('comes back as it was', () => {
    const cache = new CodeCache(folder);
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', compiled);
    expect(cache.get('a')).toEqual(compiled);
    expect(cache.get('b')).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('is absent when a byte of it has changed, or its end is missing', () => {
    const cache = new CodeCache(folder);
    for (const damage of [
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte))),
      (bytes: Buffer) => bytes.subarray(0, -1),
      () => Buffer.alloc(3),
    ]) {
      cache.set('a', compiled);
      writeFileSync(join(folder, 'a'), damage(readFileSync(join(folder, 'a'))));
      expect(cache.get('a')).toBeUndefined();
    }
  });

  it('goes when it is older than enough others', () => {
    const cache = new CodeCache(folder, 2);
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      cache.set(name, compiled);
      utimesSync(join(folder, name), at, at);
    }
    cache.set('d', compiled);
    expect(readdirSync(folder).sort()).toEqual(['c', 'd']);
  });
});

describe.skipIf(process.platform === 'win32')('code that somebody else could have written', () => {
  it('is not taken from a folder that others may enter, and none is put there', () => {
    const cache = new CodeCache(folder);
    cache.set('a', compiled);
    for (const mode of [0o770, 0o707, 0o755]) {
      chmodSync(folder, mode);
      expect(cache.get('a')).toBeUndefined();
      cache.set('b', compiled);
      expect(readdirSync(folder)).toEqual(['a']);
    }
    chmodSync(folder, 0o700);
    expect(cache.get('a')).toEqual(compiled);
  });

  it('is not taken from a file that others may write, nor from behind a link', () => {
    const cache = new CodeCache(folder);
    cache.set('a', compiled);
    chmodSync(join(folder, 'a'), 0o666);
    expect(cache.get('a')).toBeUndefined();
    chmodSync(join(folder, 'a'), 0o600);
    symlinkSync(join(folder, 'a'), join(folder, 'link'));
    expect(cache.get('link')).toBeUndefined();
    renameSync(folder, join(above, 'elsewhere'));
    symlinkSync(join(above, 'elsewhere'), folder);
    expect(cache.get('a')).toBeUndefined();
  });

  it.skipIf(process.geteuid?.() !== 0)('is not taken from a folder or a file of another user', async () => {
    const { chownSync } = await import('node:fs');
    const cache = new CodeCache(folder);
    cache.set('a', compiled);
    chownSync(join(folder, 'a'), 4242, 4242);
    expect(cache.get('a')).toBeUndefined();
    chownSync(join(folder, 'a'), 0, 0);
    chownSync(folder, 4242, 4242);
    expect(cache.get('a')).toBeUndefined();
    chownSync(folder, 0, 0);
    expect(cache.get('a')).toEqual(compiled);
  });
});

it('a folder that cannot be made is no error', () => {
  writeFileSync(join(above, 'faultline'), 'a file');
  const cache = new CodeCache(folder);
  cache.set('a', compiled);
  expect(cache.get('a')).toBeUndefined();
  rmSync(join(above, 'faultline'));
  mkdirSync(join(folder, 'a'), { recursive: true, mode: 0o700 });
  cache.set('a', compiled);
  expect(cache.get('a')).toBeUndefined();
  expect(readdirSync(folder)).toEqual(['a']);
});
