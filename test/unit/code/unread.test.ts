import { describe, expect, it } from 'vitest';
import { unread } from './support';

const up = (code: string): string => `export async function up(db) {\n${code}\n}`;

describe('calls that can not be read are named', () => {
  it.each([
    ['await helper(db);', ['helper(db): `helper` is not declared in this file']],
    ["await db.mystery('a');", ["db.mystery('a'): Faultline does not know `mystery` of db"]],
    ["await db.connection.query('a');", ["db.connection.query('a'): Faultline does not know `connection` of db"]],
    ['await run({ ctx: { db } });', ['run({ ctx: { db } }): `run` is not declared in this file']],
    ["await db[name]('a');", ["db[name]('a'): which method it calls is known only when it runs"]],
    [
      'await db.query(build());',
      ['db.query(build()): the SQL it sends, `build()`, is known only when it runs: `build` is not declared in this file'],
    ],
    ["await execute('ALTER TABLE a ADD b int');", ["execute('ALTER TABLE a ADD b int'): it gets SQL, and is not known"]],
    ['const q = db.query.bind(db); await helper(q);', ['helper(q): `helper` is not declared in this file']],
    [
      'class A extends Other { constructor() { super(db); } } await new A().migrate();',
      ['new A().migrate(): `Other` is not declared in this file'],
    ],
  ])('%s', (code, expected) => {
    expect(unread(up(code))).toEqual(expected);
  });

  it('with where they come from', () => {
    expect(unread(`import { add } from '@app/db';\nimport gone from './gone';\n${up('await add(db); await gone.add(db);')}`)).toEqual([
      'add(db): it comes from the package "@app/db", which is not part of the migrations',
      'gone.add(db): it comes from "./gone", which was not found beside the migrations',
    ]);
  });

  it('once each, in the own file', () => {
    const helpers = { 'h.ts': 'export const h = async (db) => { for (const x of [1, 2]) await other(db, x); };' };
    expect(unread(`import { h } from './h';\n${up('await h(db);')}`, helpers)).toEqual([
      'other(db, x): `other` is not declared in this file',
    ]);
  });

  it.each([
    "console.log('x', db.name); logger.info('start'); fs.existsSync('a'); await sleep(100); expect(1);",
    "logger.info('ALTER TABLE is next'); throwIf(new Error('DROP TABLE a'));",
    "const id = uuid(); const at = moment().format('x'); format(db.options.schema);",
    "const rows = await db.query('SELECT 1'); rows.map((r) => transform(r)); process.exit(rows.length);",
    'const now = Date.now(); const x = lodash.chunk([1, 2], 1); await pause(x, now);',
  ])('what reaches no database is not: %s', (code) => {
    expect(unread(up(code))).toEqual([]);
  });

  it('what takes too long to follow is named', () => {
    expect(unread(up('for (;;) { for (let i = 0; i < 1000000; i++) { f(i); } }')).map((text) => text.replace(/^.*: /, ''))).toEqual([
      'it takes too many steps to follow',
    ]);
    expect(unread(up("let s = 'x'; while (true) s += s;")).length).toBe(1);
  });
});
