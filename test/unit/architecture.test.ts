import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

function folders(path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

const generated = new Set(['node_modules', 'dist', 'artifacts']);
const source = folders('src').map((name) => `src/${name}`);
const top = folders('.').filter((name) => name !== 'src' && !generated.has(name));
const inMap = [...text.matchAll(/^\| `([\w/]+)` \|/gm)].map(([, name]) => name ?? '');

test('the map has every folder, and no folder twice', () => {
  expect([...inMap].sort()).toEqual([...source, ...top].sort());
});

test('every folder that the text names is there', () => {
  const named = [...text.matchAll(/`((?:src|test)\/[\w/]+)`/g)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});
