import { describe, expect, it } from 'vitest';
import { body, runUp, sent, textOf, unread } from './support';

describe('reported by readers', () => {
  it('a text is a promise too', () => {
    expect(body("new Promise((resolve) => resolve('SELECT 1')).then((sql) => db.query(sql))")).toEqual(['SELECT 1']);
  });
  it('bind of a native keeps its arguments', () => {
    expect(body("const run = db.query.bind(db, 'SELECT 1'); await run(() => {});")).toEqual(['SELECT 1']);
  });
  it('a list that may be empty or unknown is walked', () => {
    expect(
      body(
        'function read(x) { try { const t = parse(x); if (!Array.isArray(t)) { return []; } return t; } catch (e) { return []; } }\nfor (const t of read(1)) { await db.query(`SELECT ${t.a}`); }',
      ),
    ).toEqual(['SELECT ${t.a}']);
  });
  it('a map filled in an unknown loop', () => {
    expect(
      body(`const rows = await db.query('SELECT 1'); const m = new Map();
        for (const row of rows) { const e = m.get(row.n) || []; e.push(row); m.set(row.n, e); }
        for (const [_, list] of m.entries()) { if (list.length > 1) for (const one of list.slice(1).values()) await db.query(\`UPDATE a SET b = \${one.b}\`); }`),
    ).toEqual(['SELECT 1', 'UPDATE a SET b = ${one.b}']);
  });
  it('work lists end', () => {
    expect(
      body(
        `const work = [await db.query('SELECT 1')]; while (work.length > 0) { const x = work.pop(); for (const v of x) work.push(v); await db.query('SELECT 2'); }`,
      ),
    ).toEqual(['SELECT 1', 'SELECT 2']);
  });
  it('what is pushed in a loop over a default that is empty', () => {
    expect(
      body(`for (const preset of await db.query('SELECT 1')) {
        const filter = (typeof preset.f === 'string' ? parse(preset.f) : preset.f) ?? {};
        if (Object.keys(filter).length === 0) continue;
        const old = [];
        for (const one of filter._and ?? []) { const field = Object.keys(one)?.[0]; if (!field) continue; old.push({ field }); }
        if (old.length > 0) await db.query(\`UPDATE a SET b = '\${preset.id}'\`);
      }`),
    ).toEqual(['SELECT 1', "UPDATE a SET b = '${preset.id}'"]);
  });
  it('a helper that seems to fail hides nothing', () => {
    const helper = { 'h.ts': "export function client(db) { if (!undefined) throw new Error('no client'); return 1; }" };
    expect(sent("import { client } from './h'; export async function up(db) { client(db); await db.query('SELECT 1'); }", helper)).toEqual([
      'SELECT 1',
    ]);
    const run = runUp("import { client } from './h'; export async function up(db) { client(db); }", helper);
    expect(run.recording.thrown?.message).toBe('no client');
  });
  it('rounds beyond the limit are named, where they send something', () => {
    const loop = (head: string) => unread(`export async function up(db) { ${head} }`);
    expect(loop('for (let i = 0; i < 100000; i++) await db.query(`SELECT ${i}`);')).toEqual([expect.stringMatching(/first 2000 rounds/)]);
    expect(loop("for (const c of 'x'.repeat(2500).split('')) await db.query('SELECT 1');")).toEqual([
      expect.stringMatching(/first 2000 rounds/),
    ]);
    expect(loop('let sum = 0; for (let i = 0; i < 100000; i++) sum += i;')).toEqual([]);
    expect(loop('for (let i = 0; i < 3; i++) await db.query(`SELECT ${i}`);')).toEqual([]);
  });
  it('own properties', () => {
    expect(
      body(
        "const o = { a: 1 }; if (Object.prototype.hasOwnProperty.call(o, 'a')) await db.query('A'); if ({}.hasOwnProperty.call(o, 'b')) await db.query('B'); if (o.hasOwnProperty('a')) await db.query('C'); if (Object.hasOwn(o, 'b')) await db.query('D');",
      ),
    ).toEqual(['A', 'C']);
  });
  it('names of unknown values', () => {
    expect(
      body(
        "const prefix = process.env.P; class T { constructor(p) { this.p = p } name(x) { return [this.p, x].join('') } }\nawait db.query(`ALTER TABLE ${new T(prefix).name('users')} ADD a int`); await db.query(`DROP TABLE ${prefix}users`)",
      ),
    ).toEqual(['ALTER TABLE ${process.env.P}users ADD a int', 'DROP TABLE ${process.env.P}users']);
  });
  it('exports', () => {
    expect(sent('exports.up = (db, Promise) => Promise.all([db.lazy("SELECT 1")])', {}, 'a.js')).toEqual(['SELECT 1']);
  });
});

describe('a program in another file', () => {
  it('is shown where it is exported', () => {
    const text = "const { add } = require('../util');\nmodule.exports = add(['a', 'b'], 'note');\n";
    const { session, recording } = runUp(
      text,
      {
        '../util/index.js':
          'exports.add = (tables, column) => ({ async up(db) { for (const t of tables) await db.query(`ALTER TABLE ${t} ADD ${column} text`); } });',
      },
      'm.js',
    );
    expect(recording.effects.map(textOf)).toEqual(['ALTER TABLE a ADD note text', 'ALTER TABLE b ADD note text']);
    const place = recording.effects[0]?.entry.span;
    expect(text.slice(place?.start, place?.end)).toBe("module.exports = add(['a', 'b'], 'note');");
    expect(session.code.problems).toEqual([]);
  });
});
