import { beforeAll, describe, expect, it } from 'vitest';
import { importsOf, specifiersOf } from '../../../src/code/imports';
import { importCandidates, resolveImport } from '../../../src/code/resolve';
import { loadParser } from '../../../src/parse/load';
import { program, sent } from './support';

beforeAll(loadParser);

describe('exports', () => {
  it.each([
    "exports.up = (db) => db.query('a');",
    "module.exports.up = async function (db) { await db.query('a'); };",
    "module.exports = { up: (db) => db.query('a') };",
    "module.exports = { async up(db) { await db.query('a'); } };",
    "async function up(db) { await db.query('a'); } module.exports = { up };",
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.up = void 0; const up = async (db) => { await db.query('a'); }; exports.up = up;",
    "'use strict'; Object.defineProperty(exports, 'up', { enumerable: true, get: function () { return u; } }); function u(db) { return db.query('a'); }",
    'var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) { return 1; };\nexports.up = function (db) { return __awaiter(this, void 0, void 0, function* () { yield db.query("a"); }); };',
  ])('CommonJS: %s', (text) => {
    expect(sent(text, {}, 'm.js')).toEqual(['a']);
  });

  it.each([
    "export async function up(db) { await db.query('a'); }",
    "export const up = (db) => db.query('a');",
    "const run = (db) => db.query('a'); export { run as up };",
    "export { up } from './other';",
    "export * from './other';",
    "export const { up } = { up: (db) => db.query('a') };",
    "import { up as other } from './other'; export const up = other;",
    "import * as other from './other'; export const up = (db) => other.up(db);",
    "import other from './other'; export const up = other;",
    "export const up = async (db) => { const { up: other } = await import('./other'); await other(db); };",
    "export const up = async (db) => { await (await import('./other.js')).default(db); };",
  ])('ES modules: %s', (text) => {
    expect(sent(text, { 'other.ts': "export async function up(db) { await db.query('a'); }\nexport default up;" })).toEqual(['a']);
  });
});

describe('imports', () => {
  it('follows helpers over folders, with constants, cycles and JSON', () => {
    expect(
      sent(
        "const { add } = require('../util/tables');\nexports.up = (db) => add(db);",
        {
          '../util/tables/index.js':
            "const names = require('./names'); const list = require('./list.json'); exports.add = async (db) => { for (const n of [names.a, ...list]) await db.query(n); }; exports.x = 'x';",
          '../util/tables/names.cjs': "const back = require('./index'); module.exports = { get a() { return back.x; } };",
          '../util/tables/list.json': '["j"]',
        },
        'm.js',
      ),
    ).toEqual(['x', 'j']);
  });

  it('reads SQL from files beside the migration', () => {
    const others = { 'sql/up.sql': 'CREATE TABLE a (b int);\nCREATE TABLE c (d int);\n' };
    const text = `const fs = require('fs'); const path = require('path');
exports.up = async (db) => { await db.query(fs.readFileSync(path.join(__dirname, 'sql', 'up.sql'), 'utf8').toString()); };`;
    expect(sent(text, others, 'm.js')).toEqual([others['sql/up.sql']]);
    const { rendering } = program(text, others);
    expect(rendering.pieces[0]).toMatchObject({ kind: 'verbatim', path: 'sql/up.sql', source: { start: 0 } });
    const callback = `exports.up = (db) => new Promise((resolve, reject) => { fs.readFile(path.resolve(__dirname, './sql/up.sql'), { encoding: 'utf-8' }, (err, data) => { if (err) return reject(err); resolve(data); }); }).then((data) => db.query(data));
const fs = require('fs'); const path = require('path');`;
    expect(sent(callback, others, 'm.js')).toEqual([others['sql/up.sql']]);
    const modern = `import { readFile } from 'node:fs/promises';
export const up = async (db) => { await db.query(await readFile(new URL('x', import.meta.url))); };`;
    expect(sent(modern, others)).toEqual([]);
  });

  it.each([
    "await readFile(new URL('./sql/up.sql', import.meta.url), 'utf8')",
    "(await readFile(new URL('./sql/up.sql', import.meta.url))).toString()",
    "await readFile(fileURLToPath(new URL('sql/up.sql', import.meta.url)), 'utf8')",
    "fs.readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'sql/up.sql'), 'utf8')",
    "fs.readFileSync(path.join(import.meta.dirname, 'sql', 'up.sql'), 'utf8')",
    "fs.readFileSync(new URL('.', import.meta.url).pathname + 'sql/up.sql', 'utf8')",
  ])('reads them from an ES module, too: %s', (read) => {
    const text = `import fs from 'node:fs'; import { readFile } from 'node:fs/promises'; import path from 'node:path'; import { fileURLToPath } from 'node:url';
export const up = async (db) => { await db.query(${read}); };`;
    expect(sent(text, { 'sql/up.sql': 'SELECT 1' })).toEqual(['SELECT 1']);
  });

  it('lists what a file imports', () => {
    const text = `import a from './a'; import type { T } from './types'; import 'pkg'; export * from '../b.js'; const c = require('./c'); const d = await import(\`./d\`); import e = require('./e'); require(name); require('knex');`;
    expect(importsOf(text, 'm.ts')).toEqual(['./a', '../b.js', './c', './d', './e']);
    expect(specifiersOf(text, 'm.ts')).toEqual(['./a', 'pkg', '../b.js', './c', './d', './e', 'knex']);
    expect(importsOf('not ( code', 'm.ts')).toEqual([]);
  });

  it('finds files as Node, TypeScript and bundlers do', () => {
    const has =
      (...paths: string[]) =>
      (path: string) =>
        paths.includes(path);
    expect(resolveImport('./a', 'm.ts', has('a.ts'))).toBe('a.ts');
    expect(resolveImport('./a.js', 'x/m.ts', has('x/a.ts'))).toBe('x/a.ts');
    expect(resolveImport('../a', 'x/m.ts', has('a/index.js'))).toBe('a/index.js');
    expect(resolveImport('../../a', 'x/m.ts', has('../a.js'))).toBe('../a.js');
    expect(resolveImport('..', 'x/m.ts', has('index.ts'))).toBe('index.ts');
    expect(resolveImport('..', 'm.ts', has('../index.ts'))).toBe('../index.ts');
    expect(resolveImport('knex', 'm.ts', () => true)).toBeUndefined();
    expect(importCandidates('./a.mjs', 'm.ts')[1]).toBe('a.mts');
  });
});
