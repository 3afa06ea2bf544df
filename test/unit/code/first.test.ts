import { describe, expect, it } from 'vitest';
import { body, sent } from './support';

describe('first', () => {
  it('reads', () => {
    expect(body('await db.query(`ALTER TABLE a ADD b int`); const t = "x"; await db.query("DROP TABLE " + t);')).toEqual([
      'ALTER TABLE a ADD b int',
      'DROP TABLE x',
    ]);
    expect(body('for (const t of ["a","b"]) await db.query(`DROP TABLE ${t}`);')).toEqual(['DROP TABLE a', 'DROP TABLE b']);
    expect(sent('exports.up = (db) => db.lazy("SELECT 1").then(() => db.lazy(`SELECT ${process.env.X}`))', {}, 'a.js')).toEqual([
      'SELECT 1',
      'SELECT ${process.env.X}',
    ]);
    expect(
      sent("import { h } from './h'; export class M { async up(q) { await h(q) } } export const up = (db) => new M().up(db)", {
        'h.ts': 'export async function h(q, s = "public") { await q.query(`CREATE SCHEMA ${s}`) }',
      }),
    ).toEqual(['CREATE SCHEMA public']);
  });
});
