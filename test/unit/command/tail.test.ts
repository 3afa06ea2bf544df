import { describe, expect, it } from 'vitest';
import { Tail } from '../../../src/engines/command/tail';

function tailOf(...texts: readonly string[]): Tail {
  const tail = new Tail();
  for (const text of texts) tail.add(Buffer.from(text));
  return tail;
}

describe('the end of what a command prints', () => {
  it('is told from the line that names the error on, without stack and fields', () => {
    const printed = `== migrating ==
\u001b[31mError: connect ECONNREFUSED 127.0.0.1:5432\u001b[0m
    at Socket.<anonymous> (/app/node_modules/pg/lib/client.js:132:73)
    at async main (/app/migrate.js:3:3) {
  errno: -111,
  code: 'ECONNREFUSED',
}
Node.js v20.19.0
`;
    expect(tailOf(printed).lines(3, [])).toEqual(['Error: connect ECONNREFUSED 127.0.0.1:5432']);
  });

  it('is its last lines where none names an error', () => {
    expect(tailOf('a\nb\n', 'c\nd').lines(2, [])).toEqual(['c', 'd']);
    expect(tailOf().lines(3, [])).toEqual([]);
  });

  it('never repeats a password', () => {
    const lines = tailOf('failed: postgres://me:hunter22@host/db\nwith password hunter22x and s3cret!').lines(3, ['s3cret!', 'hunter22']);
    expect(lines.join('\n')).not.toMatch(/hunter22|s3cret/);
    expect(lines[0]).toBe('failed: postgres://me:***@host/db');
  });

  it('costs no more memory however much is printed', () => {
    const tail = new Tail();
    for (let line = 0; line < 20_000; line++) tail.add(Buffer.from(`line ${line} ${'x'.repeat(100)}\n`));
    expect(tail.lines(1, [])[0]).toMatch(/^line 19999 /);
    expect(JSON.stringify(tail).length).toBeLessThan(400_000);
  });
});
