import { describe, expect, it } from 'vitest';
import { body, runUp, sent, textOf } from './support';

function conditional(code: string): [string, boolean][] {
  const { recording } = runUp(`export async function up(db) {\n${code}\n}`);
  return recording.effects.map((recorded) => [textOf(recorded), recorded.conditional]);
}

describe('loops', () => {
  it.each([
    ["for (const t of ['a', 'b']) await db.query(t)", ['a', 'b']],
    ['for (let i = 0; i < 3; i++) await db.query(`t${i}`)', ['t0', 't1', 't2']],
    ['for (const k in { a: 1, b: 2 }) await db.query(k)', ['a', 'b']],
    ['for (const [k, v] of Object.entries({ a: 1, b: 2 })) await db.query(k + v)', ['a1', 'b2']],
    ['let i = 0; while (i < 2) { await db.query(`w${i}`); i += 1; }', ['w0', 'w1']],
    ['let i = 0; do { await db.query(`d${i++}`); } while (i < 2)', ['d0', 'd1']],
    ["for (const t of ['a', 'b', 'c']) { if (t === 'b') continue; await db.query(t); }", ['a', 'c']],
    ["for (const t of ['a', 'b', 'c']) { if (t === 'b') break; await db.query(t); }", ['a']],
    [
      'outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; await db.query(`${a}${b}`); } }',
      ['11', '21'],
    ],
    ["await Promise.all(['a', 'b'].map((t) => db.query(t)))", ['a', 'b']],
    ["await Promise.all(['a', 'b'].map((t) => db.lazy(t)))", ['a', 'b']],
    ["['a', 'b'].forEach((t) => db.lazy(t))", []],
    ["await ['a', 'b'].reduce((p, t) => p.then(() => db.query(t)), Promise.resolve())", ['a', 'b']],
    ["for await (const t of ['a']) await db.query(t)", ['a']],
    ["for (const t of new Set(['a', 'b', 'a'])) await db.query(t)", ['a', 'b']],
    ["new Map([['a', 1]]).forEach((v, k) => db.query(k + v))", ['a1']],
    ["const m = new Map(); m.set('a', 'x'); await db.query(m.get('a') + m.has('b') + m.size)", ['xfalse1']],
    ["for (const r of await db.query('s')) await db.query(`u ${r.id}`)", ['s', 'u ${r.id}']],
    ["(await db.query('s')).forEach((r) => db.query(`u ${r.id}`))", ['s', 'u ${r.id}']],
    [
      "const rows = await db.query('s'); for (let i = 0; i < rows.length; i++) { await db.query(`u ${i} ${rows[i].id}`); }",
      ['s', 'u ${i} ${rows[i].id}'],
    ],
    ["while (true) { const r = await db.query('u'); if (r.rowCount === 0) break; }", ['u']],
    ["for (;;) { const r = await db.query('u'); if (!r.rowCount) return; }", ['u']],
    ["let n; do { n = (await db.query('u')).rowCount; } while (n > 0); await db.query('end')", ['u', 'end']],
    ['await Promise.all([1, 2].flatMap((n) => [db.query(`a${n}`), db.query(`b${n}`)]))', ['a1', 'b1', 'a2', 'b2']],
    ['for (const x of Array.from({ length: 2 }, (_, i) => `t${i}`)) await db.query(x)', ['t0', 't1']],
    ['for (const x of [...Array(2).keys()]) await db.query(`t${x}`)', ['t0', 't1']],
    ["function* g() { yield 'a'; yield* ['b']; } for (const x of g()) await db.query(x)", ['a', 'b']],
  ])('%s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });

  it('says what is repeated', () => {
    const { recording } = runUp(
      "export async function up(db) { let n = 1; while (n > 0) { n = (await db.query('a')).rowCount; } await db.query('b'); for (const x of [1]) await db.query('c'); }",
    );
    expect(recording.effects.map(({ repeated }) => repeated)).toEqual([true, false, false]);
    const endless = runUp(
      "export async function up(db) { while (true) { const { rowCount } = await db.query('a'); if (!rowCount) break; } await db.query('b'); for (const r of await db.query('s')) await db.query('c'); }",
    );
    expect(endless.recording.effects.map((one) => [textOf(one), one.repeated])).toEqual([
      ['a', true],
      ['b', false],
      ['s', false],
      ['c', true],
    ]);
  });
});

describe('conditions', () => {
  it.each<[string, [string, boolean][]]>([
    ["if (1 < 2) await db.query('a'); else await db.query('b');", [['a', false]]],
    [
      "if (x) await db.query('a'); else await db.query('b'); await db.query('c');",
      [
        ['a', true],
        ['b', true],
        ['c', false],
      ],
    ],
    ["if (x) return; await db.query('a');", [['a', true]]],
    ["if (x) throw new Error('no'); await db.query('a');", [['a', false]]],
    [
      "x && (await db.query('a')); x || (await db.query('b'));",
      [
        ['a', true],
        ['b', true],
      ],
    ],
    [
      "x ? await db.query('a') : await db.query('b')",
      [
        ['a', true],
        ['b', true],
      ],
    ],
    [
      "switch (x) { case 1: await db.query('a'); break; case 2: await db.query('b'); default: await db.query('c'); }",
      [
        ['a', true],
        ['b', true],
        ['c', true],
        ['c', true],
      ],
    ],
    [
      "switch ('b') { case 'a': await db.query('a'); case 'b': await db.query('b'); case 'c': await db.query('c'); break; default: await db.query('d'); }",
      [
        ['b', false],
        ['c', false],
      ],
    ],
    [
      "try { await db.query('a'); } finally { await db.query('b'); }",
      [
        ['a', false],
        ['b', false],
      ],
    ],
    ["try { throw new Error('x'); } catch (e) { await db.query(e.message); }", [['x', false]]],
    [
      "try { await db.query('a'); } catch (e) { await db.query('b'); throw e; } await db.query('c');",
      [
        ['a', false],
        ['b', true],
        ['c', false],
      ],
    ],
    [
      "await db.query('a').catch(() => db.query('b'))",
      [
        ['a', false],
        ['b', true],
      ],
    ],
    [
      "await db.query('a').then(() => db.query('b')).finally(() => db.query('c'))",
      [
        ['a', false],
        ['b', false],
        ['c', false],
      ],
    ],
    [
      'const f = (n) => { if (n > 2) return; return db.query(`r${n}`).then(() => f(n + 1)); }; await f(0)',
      [
        ['r0', false],
        ['r1', false],
        ['r2', false],
      ],
    ],
    ["const f = async () => { const r = await db.query('b'); if (r.more) await f(); }; await f()", [['b', false]]],
  ])('%s', (code, expected) => {
    expect(conditional(code)).toEqual(expected);
  });

  it.each<[string, boolean[]]>([
    ["if (await db.hasTable('t')) { await db.query('a'); }", [true]],
    ["if (!(await db.hasTable('t'))) { await db.query('a'); }", [false]],
    ["const has = await db.hasTable('t'); if (has === false) await db.query('a');", [false]],
    ["const has = await db.hasTable('t'); if (has !== true) await db.query('a');", [false]],
    ["const has = await db.hasTable('t'); if (has) return; await db.query('a');", [false]],
    ["const has = await db.hasTable('t'); if (!has) return; await db.query('a');", [true]],
    ["if ((await db.hasTable('t')) && other) await db.query('a');", [true]],
    ["if (!(await db.hasTable('t')) && !other) await db.query('a');", [false]],
    ["await db.hasTable('t').then((has) => { if (!has) return db.query('a'); })", [false]],
    ["const has = await db.hasTable('t'); has || (await db.query('a'));", [false]],
    ["const missing = !(await db.hasTable('t')); if (missing) await db.query('a');", [false]],
  ])('are told to natives: %s', (code, expected) => {
    const { recording } = runUp(`export async function up(db) {\n${code}\n}`);
    const found = recording.effects.flatMap(({ conditions }) =>
      conditions.filter(({ value }) => value.tag !== undefined).map(({ holds }) => holds),
    );
    expect(found).toEqual(expected);
  });

  it('errors are told', () => {
    const { recording } = runUp("export async function up() { throw new Error('This cannot be undone'); }");
    expect(recording.thrown?.message).toBe('This cannot be undone');
    expect(runUp("export async function up() { if (x) throw new Error('a'); }").recording.thrown).toBeUndefined();
  });
});

describe('what the database may refuse', () => {
  const asked = (helper: string, use = "if (await exists(db)) return; await db.query('b');"): string =>
    `${helper}\nexport async function up(db) {\n${use}\n}`;

  it.each([
    'async function exists(db) { try { await db.describe("t"); return true; } catch (e) { return false; } }',
    'async function exists(db) { try { await db.query("SELECT 1"); return true; } catch { return false; } }',
    'async function exists(db) { try { await db.query("SELECT 1"); return true; } catch (e) {} return false; }',
    'async function exists(db) { try { await db.query("SELECT 1"); return true; } catch (e) { log(e); } finally { done(); } return false; }',
    'async function exists(db) { try { await db.query("SELECT 1"); } catch (e) { return false; } return true; }',
    'async function exists(db) { let is = false; try { await db.query("SELECT 1"); is = true; } catch (e) { log(e); } return is; }',
    'async function exists(db) { let is = true; try { await db.query("SELECT 1"); } catch (e) { is = false; } return is; }',
    'async function exists(db) { for (const n of [1, 2]) { try { await db.query("SELECT 1"); return true; } catch (e) {} } return false; }',
    'const exists = (db) => db.query("SELECT 1").then(() => true).catch(() => false);',
    'const exists = (db) => db.query("SELECT 1").then(() => true, () => false);',
    'const exists = async (db) => { const is = await db.query("SELECT 1").then(() => true).catch(() => false); return !!is; };',
  ])('leaves both ways open: %s', (helper) => {
    expect(sent(asked(helper))).toContain('b');
    expect(sent(asked(helper, "if (!(await exists(db))) return; await db.query('b');"))).toContain('b');
  });

  it('is asked as a promise', () => {
    const helper = 'const exists = async (db) => { try { await db.query("SELECT 1"); return true; } catch { return false; } };';
    expect(sent(asked(helper, "return exists(db).then((is) => (is ? undefined : db.query('b')));"))).toContain('b');
  });

  it.each([
    ["try { await db.query('a'); return; } catch (e) { throw e; }"],
    ["try { await db.query('a'); return true; } catch (e) { return Promise.reject(e); }"],
    ["for (let i = 0; i < 3; i++) { try { await db.query('a'); return; } catch (e) { await sleep(i); } }"],
  ])('changes nothing else: %s', (code) => {
    const { recording } = runUp(`export async function up(db) {\n${code}\n}`);
    expect(recording.effects.map(({ conditional, repeated }) => [conditional, repeated])).toEqual([[false, false]]);
  });

  it('what stands in a block that makes no such call is known', () => {
    expect(body("const f = () => { try { return true; } catch { return false; } }; if (f()) return; await db.query('b');")).toEqual([]);
  });
});

describe('callbacks on promises', () => {
  it.each([
    ["await Promise.resolve(['a', 'b']).map((t) => db.query(t))", ['a', 'b']],
    ["await Promise.resolve(['a', 'b']).each((t) => db.query(t))", ['a', 'b']],
    ["await Promise.resolve(['a', 'b']).mapSeries((t) => db.query(t))", ['a', 'b']],
    ["const rows = await load(); await Promise.resolve(rows).map((row) => db.query('x'))", ['x']],
    ["const rows = await load(); await Promise.resolve(rows).each((row) => db.query('x'))", ['x']],
    ["await db.hasTable('a').then((has) => [1]).map((row) => db.query('x'))", ['x']],
    ["await db.hasTable('a').then((has) => {}).map((row) => db.query('x'))", ['x']],
    ["await db.query('SELECT 1').then((rows) => rows).map((row) => db.query('x'))", ['SELECT 1', 'x']],
    ["await db.query('SELECT 1').then(() => ({ a: 1 })).each((row) => db.query('x'))", ['SELECT 1', 'x']],
  ])('%s', (code, expected) => {
    expect(body(code)).toEqual(expected);
  });
});
