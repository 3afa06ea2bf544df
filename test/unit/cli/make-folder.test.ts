import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../../src/cli/make-folder';

it('makes a folder with those above it, for its user alone, and again without complaint', () => {
  const root = mkdtempSync(join(tmpdir(), 'faultline-folder-'));
  try {
    const folder = join(root, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(root, { recursive: true });
  }
});

it.skipIf(process.platform !== 'linux')('fails at once in a folder that takes none', () => {
  expect(() => makeFolder('/proc/faultline/lint')).toThrow(/ENOENT/);
});
