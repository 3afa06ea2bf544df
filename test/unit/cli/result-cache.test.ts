import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LintedSource, lintSources } from '../../../src/cli/lint-folders';
import { type FolderInput, type FolderResult, ResultCache } from '../../../src/cli/result-cache';
import { defaultConfiguration } from '../../../src/lint/configuration';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-results-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const input: FolderInput = { files: [{ path: 'a.sql', text: 'SELECT 1;' }], configuration: defaultConfiguration };
const result: FolderResult = { reports: [], problems: [{ message: 'x' }], framework: 'Plain SQL' };

const migrations: readonly { readonly path: string; readonly text: string }[] = [
  { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int);\n' },
  { path: '0002_index.sql', text: 'CREATE INDEX orders_total_idx ON orders (total);\n' },
  { path: '0003_column.sql', text: 'ALTER TABLE orders ADD COLUMN note text NOT NULL;\n' },
  { path: '0004_rename.sql', text: 'ALTER TABLE orders RENAME COLUMN total TO amount;\n' },
];

/** The same numbers at each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A text, a name, a setting, the dump, or what is asked for changes. */
function edited(source: LintedSource, random: (below: number) => number): LintedSource {
  const at = random(source.files.length);
  const file = source.files[at];
  if (file === undefined) throw new Error('no file');
  const replaced = (other: typeof file) => source.files.map((known, position) => (position === at ? other : known));
  switch (random(6)) {
    case 0:
      return { ...source, files: replaced({ ...file, path: `${random(9)}${file.path}` }) };
    case 1:
      return {
        ...source,
        configuration: { ...source.configuration, rules: { 'index-not-concurrent': random(2) === 0 ? 'off' : 'error' } },
      };
    case 2:
      return { ...source, configuration: { ...source.configuration, engineVersion: String(12 + random(7)) } };
    case 3:
      return { ...source, dump: random(2) === 0 ? 'CREATE TABLE public.orders (id bigint NOT NULL);\n' : '' };
    case 4:
      return { ...source, targets: [file.path] };
    default: {
      const cut = random(file.text.length);
      return {
        ...source,
        files: replaced({ ...file, text: file.text.slice(0, cut) + [' ', ';', "'", 'x', '\n'][random(5)] + file.text.slice(cut) }),
      };
    }
  }
}

describe('results that are kept', () => {
  it('are those of linting again, whatever changes between two runs', async () => {
    const cache = new ResultCache(folder, 'test');
    const random = randomNumbers(11);
    const seen: LintedSource[] = [{ folder: '/p/migrations', files: migrations, configuration: defaultConfiguration }];
    for (let step = 0; step < 60; step++) {
      const source = random(3) === 0 ? seen[random(seen.length)] : edited(seen.at(-1) ?? seen[0] ?? fail(), random);
      if (source === undefined) throw new Error('no source');
      seen.push(source);
      expect(await lintSources([source], cache), JSON.stringify(source)).toEqual(await lintSources([source]));
    }
    expect(readdirSync(folder).length).toBeGreaterThan(20);
  });

  it('are used: what stands on the disk is what comes', async () => {
    const cache = new ResultCache(folder, 'test');
    const source = { folder: '/p/migrations', files: migrations, configuration: defaultConfiguration };
    cache.set({ files: source.files, configuration: source.configuration }, result);
    expect((await lintSources([source], cache)).problems).toEqual(result.problems);
  });

  it('hold for one version of the program', () => {
    new ResultCache(folder, 'one').set(input, result);
    expect(new ResultCache(folder, 'one').get(input)).toEqual(result);
    expect(new ResultCache(folder, 'two').get(input)).toBeUndefined();
  });

  it('count as absent when they are damaged, cut short or empty', () => {
    const cache = new ResultCache(folder, 'test');
    cache.set(input, result);
    const [name = ''] = readdirSync(folder);
    const good = readFileSync(join(folder, name), 'utf8');
    for (const bad of ['', '\n', good.slice(0, -1), good.replace('Plain', 'Plane'), `${good} `, good.split('\n')[1] ?? '']) {
      writeFileSync(join(folder, name), bad);
      expect(cache.get(input), bad).toBeUndefined();
    }
    cache.set(input, result);
    expect(cache.get(input)).toEqual(result);
  });

  it('are not kept where nothing can be written, and nothing fails', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const cache = new ResultCache(file, 'test');
    cache.set(input, result);
    expect(cache.get(input)).toBeUndefined();
  });

  it('take up no more than they may: those not asked for longest go', () => {
    mkdirSync(folder, { recursive: true });
    const named = (path: string): FolderInput => ({ ...input, files: [{ path, text: '' }] });
    const cache = new ResultCache(folder, 'test', 450);
    for (const [age, path] of ['a', 'b', 'c'].entries()) {
      const before = new Set(readdirSync(folder));
      cache.set(named(path), result);
      const then = new Date(1_700_000_000_000 + age * 1000);
      for (const name of readdirSync(folder)) if (!before.has(name)) utimesSync(join(folder, name), then, then);
    }
    expect(cache.get(named('a'))).toEqual(result);
    cache.set(named('d'), { ...result, problems: [{ message: 'x'.repeat(60) }] });
    expect(['a', 'b', 'd'].map((path) => cache.get(named(path)) !== undefined)).toEqual([true, false, true]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });
});

function fail(): never {
  throw new Error('nothing to edit');
}
