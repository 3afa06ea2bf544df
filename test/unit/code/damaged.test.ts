import { describe, expect, it } from 'vitest';
import { notFollowed } from '../../../src/code/open';
import { parseCode } from '../../../src/code/parse';
import { readRecording } from '../../../src/code/sql/read';
import { defaultEngine } from '../../../src/model/engine';
import { loadParser } from '../../../src/parse/load';
import { runUp, sent } from './support';

const text = `import { x } from './x'; // faultline-ignore missing-lock-timeout: small
export async function up(db, { a = [1, 2], ...rest } = {}) {
  const t = \`users_\${x?.y ?? 'z'}\`;
  for (const [i, n] of a.entries()) { if (n > 1 && !rest.b) { await db.query(\`ALTER TABLE \${t} ADD c\${i} int; DROP TABLE "b\\u0041"\`); } else continue; }
  class A extends x { #p = 1; static s = () => this; get g() { return this.#p; } async go() { try { await db.lazy(\`SELECT \${this.g}\`); } catch (e) { throw e; } finally { label: for (;;) break label; } } }
  switch (typeof a) { case 'object': await new A().go(); break; default: await Promise.all([1, 2].map((n) => db.query('SELECT ' + n))); }
}
`;

describe('code that is damaged', () => {
  it('is one problem with a place, and the rest is read', () => {
    const broken =
      "exports.up = async (db) => {\n  await db.query('a');\n  await db.query('b'\n};\nexports.down = (db) => db.query('c');\n";
    const { problems } = parseCode(broken, 'm.js');
    expect(problems.length).toBeGreaterThan(0);
    expect(broken.slice(0, problems[0]?.span.start).split('\n').length).toBe(4);
    expect(sent("exports.up = async (db) => {\n  await db.query('a');\n  const x = ;\n  await db.query('b');\n};\n", {}, 'm.js')).toEqual([
      'a',
      'b',
    ]);
  });

  it('gives comments with their places', () => {
    const [comment] = parseCode(text, 'm.ts').comments;
    expect(comment).toMatchObject({ kind: 'line', text: ' faultline-ignore missing-lock-timeout: small' });
    expect(text.slice(comment?.span.start, comment?.span.end)).toBe('// faultline-ignore missing-lock-timeout: small');
  });

  it('never throws, wherever it is cut, doubled or filled', async () => {
    await loadParser();
    const deep = (part: string): string => part.repeat(3000);
    const inputs = [
      ...Array.from({ length: Math.floor(text.length / 9) }, (_, index) => text.slice(0, index * 9)),
      ...Array.from({ length: Math.floor(text.length / 17) }, (_, index) => text.slice(index * 17)),
      ...Array.from({ length: Math.floor(text.length / 23) }, (_, index) => text.slice(0, index * 23) + text.slice(index * 23 + 7)),
      ...Array.from({ length: Math.floor(text.length / 29) }, (_, index) => `${text.slice(0, index * 29)}\`\${(${text.slice(index * 29)}`),
      ...['(', '[', '{', '!', '-', 'a+', '`${', 'f(', 'new ', 'a?b:', 'if(x)', 'x=>'].map(
        (part) => `export const up = (db) => ${deep(part)}`,
      ),
      `export const up = (db) => db.query(${deep("'a' + ")}'b')`,
      "export const up = (db) => { let s = 'x'; while (true) s += s + s; }",
      'export const up = (db) => { const f = () => f(); f(); const a = []; a.push(a); db.query(`${a}` + JSON.stringify(a)); }',
      "export const up = (db) => db.query('x'.repeat(1e9) + new Array(1e9).fill(1) + 'a'.padEnd(1e9) + Array.from({ length: 1e9 }))",
      "export const up = (db) => db.query('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.replace(/((a+)+)+$/, '').replace(/(a|aa)+$/, ''))",
      'export const up = (db) => { for (;;) { for (let i = 0; i < 1e9; i++) {} } }',
      '\ud800\0\ufeffexport const up = 1',
    ];
    const failed: string[] = [];
    for (const input of inputs) {
      const { session, recording } = runUp(input);
      const { unread, rendering, statements } = readRecording(session, recording, { engine: defaultEngine });
      if (unread.some(({ why }) => why === notFollowed)) failed.push(input);
      const lines = input.split(/\r\n|\r|\n/).length;
      expect(statements.every(({ range }) => range.end.line < lines)).toBe(true);
      for (const piece of rendering.pieces.filter(({ kind }) => kind === 'verbatim')) {
        expect(input.slice(piece.source.start, piece.source.end)).toBe(rendering.text.slice(piece.span.start, piece.span.end));
      }
    }
    expect(failed).toEqual([]);
  }, 120_000);
});
