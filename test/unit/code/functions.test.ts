import { describe, expect, it } from 'vitest';
import { body, sent } from './support';

describe('functions', () => {
  it.each([
    [
      "const add = (t, c = 'note', { type = 'text' } = {}) => db.query(`ALTER TABLE ${t} ADD ${c} ${type}`); await add('a'); await add('b', 'n', { type: 'int' });",
      ['ALTER TABLE a ADD note text', 'ALTER TABLE b ADD n int'],
    ],
    ['async function f(...names) { for (const n of names) await db.query(n); } await f("a", ...["b", "c"]);', ['a', 'b', 'c']],
    ["await later(); async function later() { await db.query('hoisted'); }", ['hoisted']],
    [
      "const q = db.query; await q('a'); const { query } = db; await query('b'); await db['query']('c'); await db.query.call(db, 'd'); await db.query.apply(db, ['e']);",
      ['a', 'b', 'c', 'd', 'e'],
    ],
    ["const run = db.query.bind(db); await run('a')", ['a']],
    ["const [a, , b = 'z', ...rest] = ['1', '2']; await db.query(`${a}${b}${rest.length}`)", ['1z0']],
    ["const { a: { b: [c] }, ...rest } = { a: { b: ['x'] }, d: 1, e: 2 }; await db.query(c + Object.keys(rest))", ['xd,e']],
    ['let a = 1, b = 2; [a, b] = [b, a]; await db.query(`${a}${b}`)', ['21']],
    [
      "const o = { x: 1, get y() { return this.x + 1; }, z() { return this.y + 1; }, ['w' + 1]: 5 }; await db.query(`${o.y}${o.z()}${o.w1}${o?.q?.r}`)",
      ['235undefined'],
    ],
    ['const f = function () { return arguments.length; }; await db.query(`${f(1, 2)}`)', ['2']],
    ["(function () { return db.query(this.t); }).call({ t: 'this' })", ['this']],
    ["await new Promise((resolve, reject) => { db.query('a').then(resolve, reject); }); await db.query('b')", ['a', 'b']],
    ["await db.transaction(async (t) => { await t.query('inside'); })", ['inside']],
    ["await retry(async () => { await db.query('a'); }, { times: 3 })", ['a']],
    ["await tracer.span('x', { run: () => db.query('a') })", ['a']],
    ["setTimeout(() => db.query('late'), 10)", ['late']],
    [
      "const s = []; s.push('a'); s.unshift('b'); await db.query(s.join()); await db.query(`${s.pop()}${s.shift()}${s.length}`)",
      ['b,a', 'ab0'],
    ],
    [
      'const x = [3, 1, 2].sort().reverse().filter((n) => n > 1).find((n) => n < 3); await db.query(`${x} ${[1, 2].includes(2)} ${[1, 2].some((n) => n > 1)} ${[[1], [2]].flat()}`)',
      ['2 true true 1,2'],
    ],
    [
      "const o = Object.assign({ a: 1 }, { b: 2 }); await db.query(JSON.stringify({ ...o, ...(false && { c: 3 }), d: Object.fromEntries([['e', 1]]) }))",
      ['{"a":1,"b":2,"d":{"e":1}}'],
    ],
    ['let n = 0; const next = () => ++n; next(); next(); await db.query(`${n}`)', ['2']],
    ["n ??= 'a'; var n; n ??= 'b'; await db.query(n)", ['a']],
  ])('%s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });
});

describe('classes', () => {
  it.each([
    [
      "class A { name = 'a'; static s = 'S'; #p = 'p'; constructor(x) { this.x = x; } get up() { return this.name + this.#p; } run() { return db.query(this.up + this.x + A.s); } }\nawait new A('x').run();",
      ['apxS'],
    ],
    [
      "class A { constructor(t) { this.t = t; } sql() { return `DROP ${this.t}`; } } class B extends A { constructor() { super('b'); } sql() { return super.sql() + '!'; } } await db.query(new B().sql());",
      ['DROP b!'],
    ],
    ["class A { static async all(d) { await d.query('static'); } } await A.all(db);", ['static']],
    ["class A extends Unknown { async go() { await db.query('a'); } } await new A().go();", ['a']],
    ["class A {} Object.assign(A.prototype, { go() { return db.query('mixed'); } }); await new A().go();", ['mixed']],
    ["function A(t) { this.t = t; } A.prototype.go = function () { return db.query(this.t); }; await new A('old').go();", ['old']],
    [
      "class Lazy extends PLazy { constructor() { super((resolve) => { db.query('once').then(resolve); }); } } const l = new Lazy(); await l; await l;",
      ['once'],
    ],
    ["class Then { then(resolve) { db.query('then').then(resolve); } } await new Then();", ['then']],
    ["class A { go = async () => { await db.query(this.t); }; t = 'bound'; } const { go } = new A(); await go();", ['bound']],
    ["const A = class { set t(v) { this.v = v + '!'; } }; const a = new A(); a.t = 'x'; await db.query(a.v);", ['x!']],
    ['class B {} class A extends B {} await db.query(`${new A() instanceof B} ${A.name} ${new A().constructor.name}`);', ['true A A']],
  ])('%s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });

  it('TypeScript', () => {
    expect(
      sent(`import type { X } from './x';
enum Kind { A = 'a', B = 'b' } enum N { one = 1, two } namespace U { export const t = 'u'; }
abstract class Base { constructor(protected readonly db: any, private t: string = 'p') {} abstract x(): void; run(): Promise<void> { return this.db.query(\`\${this.t}\${Kind.B}\${N.two}\${U.t}\`); } declare y: string; }
class M extends Base { x() {} }
export const up = async (db: any): Promise<void> => { await new M(db!).run(); await (<any>db).query('cast' as const); await db.query(<string>'x' satisfies string); };`),
    ).toEqual(['pb2u', 'cast', 'x']);
  });
});
