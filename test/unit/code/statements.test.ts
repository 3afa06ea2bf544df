import { beforeAll, describe, expect, it } from 'vitest';
import { renderedSpan, sourceSpan, verbatimSource } from '../../../src/code/sql/places';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';
import { program } from './support';

beforeAll(() => loadParser());

/** Each statement with the source text of its range. */
function read(text: string, others: Readonly<Record<string, string>> = {}): [string, string][] {
  const lines = new LineIndex(text);
  return program(text, others).statements.map((statement) => {
    const span = lines.span(statement.range);
    return [statement.text, text.slice(span.start, span.end)];
  });
}

describe('statements of code', () => {
  it('lie where their literal lies', () => {
    expect(
      read('export const up = async (db) => { await db.query(`\n  -- why\n  ALTER TABLE a ADD b int;\n  DROP TABLE c;\n`); };'),
    ).toEqual([
      ['ALTER TABLE a ADD b int', 'ALTER TABLE a ADD b int'],
      ['DROP TABLE c', 'DROP TABLE c'],
    ]);
    expect(read("const SQL = 'DROP TABLE c';\nexport const up = async (db) => { await db.query(SQL); };")).toEqual([
      ['DROP TABLE c', 'DROP TABLE c'],
    ]);
    expect(read("const T = 'c';\nexport const up = async (db) => { await db.query(`DROP TABLE ${T} CASCADE`); };")).toEqual([
      ['DROP TABLE c CASCADE', 'DROP TABLE ${T} CASCADE'],
    ]);
  });

  it('of another file lie where the own file calls it', () => {
    expect(
      read("import { h } from './h';\nexport const up = (db) => h(db, 'a');", {
        'h.ts': 'export const h = (db, t) => db.query(`DROP TABLE ${t}`);',
      }),
    ).toEqual([['DROP TABLE a', "h(db, 'a')"]]);
  });

  it('of one call are one request', () => {
    const { groups, statements } = program(
      "export const up = async (db) => { await db.query('SELECT 1; SELECT 2'); await db.query('SELECT 3 -- end'); };",
    );
    expect(groups).toEqual([[1, 2], [3]]);
    expect(statements.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  it('leave out how a failure ends the transaction', () => {
    expect(
      read(
        "export const up = async (db) => { await db.query('BEGIN'); try { await db.query('SELECT 1'); await db.query('COMMIT'); } catch (e) { await db.query('ROLLBACK'); throw e; } };",
      ).map(([text]) => text),
    ).toEqual(['BEGIN', 'SELECT 1', 'COMMIT']);
  });

  it('hold names for what is not known', () => {
    const [statement] = program('export const up = (db) => db.query(`DROP TABLE ${process.env.SCHEMA}.a`);').statements;
    expect(statement?.unresolved).toEqual(['process.env.SCHEMA']);
    expect(statement?.unreadable).toBeUndefined();
  });

  it('map to the literal and back', () => {
    const text = "export const up = (db) => db.query('ALTER TABLE a ADD b int');";
    const { rendering } = program(text);
    const start = rendering.text.indexOf('ADD');
    const source = verbatimSource(rendering, { start, end: start + 3 });
    expect(source).toEqual({ span: { start: text.indexOf('ADD'), end: text.indexOf('ADD') + 3 } });
    expect(renderedSpan(rendering, source?.span ?? { start: 0, end: 0 })).toEqual({ start, end: start + 3 });
    expect(sourceSpan(rendering, { start, end: start + 3 })).toEqual(source?.span);
    expect(verbatimSource(rendering, { start: rendering.text.length - 2, end: rendering.text.length })).toBeUndefined();
  });
});
