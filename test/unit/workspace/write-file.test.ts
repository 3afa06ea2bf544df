import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFile, replaceFile } from '../../../src/workspace/write-file';

const folder = mkdtempSync(join(tmpdir(), 'faultline-workspace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('replacing keeps permissions and the byte-order mark, and leaves no other file', async () => {
  const path = join(folder, 'a.sql');
  writeFileSync(path, 'old', { mode: 0o640 });
  expect((await replaceFile(path, 'new', { byteOrderMark: true })).ok).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('\uFEFFnew');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['a.sql']);
});

test('creating never overwrites', async () => {
  const path = join(folder, 'b.sql');
  expect((await createFile(path, 'one')).ok).toBe(true);
  const second = await createFile(path, 'two');
  expect(second.ok ? '' : second.error.message).toContain('is there already');
  expect(readFileSync(path, 'utf8')).toBe('one');
});

test('a folder that is not there is a problem in one line', async () => {
  const result = await replaceFile(join(folder, 'no/where.sql'), 'x');
  expect(result.ok ? '' : result.error.message).toContain('does not exist');
});
