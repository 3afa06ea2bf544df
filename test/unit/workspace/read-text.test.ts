import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it, test } from 'vitest';
import { folderOf, shownPath } from '../../../src/workspace/read-folder';
import { readTextFile } from '../../../src/workspace/read-text';

const folder = mkdtempSync(join(tmpdir(), 'faultline-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('a text of %i bytes comes back whole, also behind one that is none', async (bytes) => {
  const text = 'é'.repeat(bytes >> 1) + 'a'.repeat(bytes % 2);
  const good = write('good.sql', text);
  const bad = write('bad.sql', Buffer.concat([Buffer.from('-- gr'), Buffer.from([0xfc, 0xc3])]));
  for (let round = 0; round < 2; round += 1) {
    expect(await readTextFile(good)).toEqual({ ok: true, value: { text, byteOrderMark: false } });
    expect(await readTextFile(bad, 'bad.sql')).toMatchObject({ ok: false, error: { message: expect.stringContaining('not valid UTF-8') } });
  }
});

it('texts that are read at once do not mix', async () => {
  const names = Array.from({ length: 50 }, (_, at) => write(`${at}.sql`, `-- ${'x'.repeat(at)}\n\ufeff${at}`));
  const read = await Promise.all(names.map((name) => readTextFile(name)));
  expect(read.map((each) => each.ok && each.value.text)).toEqual(names.map((_, at) => `-- ${'x'.repeat(at)}\n\ufeff${at}`));
});

it('a byte-order mark is told and left out', async () => {
  const marked = { ok: true, value: { text: 'SELECT 1;', byteOrderMark: true } };
  expect(await readTextFile(write('marked.sql', '\ufeffSELECT 1;'))).toEqual(marked);
});

it('a folder is none', async () => {
  mkdirSync(join(folder, 'sub.sql'));
  expect(await readTextFile(join(folder, 'sub.sql'), 'sub.sql')).toMatchObject({ ok: false, error: { code: 'EISDIR' } });
});

it('paths are shown from here where they lie below', () => {
  expect(shownPath(resolve('a', 'b.sql'))).toBe('a/b.sql');
  expect(shownPath(process.cwd())).toBe(process.cwd());
  expect(shownPath(`${process.cwd()}-other`)).toBe(`${process.cwd()}-other`);
  expect(shownPath(resolve('..', 'b.sql'))).toBe(resolve('..', 'b.sql'));
});

it('a file in a folder of its own belongs to the one above', () => {
  expect(folderOf(resolve('/shop/migrations/1_users/up.sql'))).toBe(resolve('/shop/migrations'));
  expect(folderOf(resolve('/shop/migrations/1_users.up.sql'))).toBe(resolve('/shop/migrations'));
  expect(folderOf(resolve('/up.sql'))).toBe(resolve('/'));
});

it('Flyway’s files in folders of years and releases belong together', () => {
  const migrations = resolve('/shop/db/migration');
  expect(folderOf(resolve(migrations, '2024/V7__a.sql'))).toBe(migrations);
  expect(folderOf(resolve(migrations, 'v1.x/2024-01/U7_1__a.sql'))).toBe(migrations);
  expect(folderOf(resolve(migrations, 'release-2/R__views.sql'))).toBe(migrations);
  expect(folderOf(resolve(migrations, 'postgresql/V7__a.sql'))).toBe(resolve(migrations, 'postgresql'));
  expect(folderOf(resolve(migrations, '2024/00007_a.sql'))).toBe(resolve(migrations, '2024'));
});
