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

  it('is the error, also when it is printed to the other stream before a flood', () => {
    const tail = new Tail();
    tail.add(Buffer.from('ERROR: Could not migrate up 2.js: the real one\n'), 'stderr');
    for (let block = 0; block < 100; block++) tail.add(Buffer.from('x'.repeat(1000)), 'stdout');
    tail.add(Buffer.from('\nno end of line'), 'stdout');
    expect(tail.lines(3, [])).toEqual(['ERROR: Could not migrate up 2.js: the real one']);
    const quiet = tailOf('x\n'.repeat(20_000), 'done');
    expect(quiet.lines(2, [])).toEqual(['x', 'done']);
  });

  it('is what npm says of the failure, and not where it keeps its log', () => {
    const log = 'npm error A complete log of this run can be found in: /root/.npm/_logs/2026-01-01T00_00_00_000Z-debug-0.log';
    const unknown = `npm error could not determine executable to run\n${log}\n`;
    expect(tailOf(unknown).lines(3, [])).toEqual(['npm error could not determine executable to run']);
    const missing = `npm error code E404
npm error 404 Not Found - GET https://packages.example/knx - Not found
npm error 404
npm error 404  The requested resource 'knx@*' could not be found or you do not have permission to access it.
npm error 404
npm error 404 Note that you can also install from a
npm error 404 tarball, folder, http url, or git folder.
${log}
`;
    expect(tailOf(missing).lines(3, [])).toEqual([
      "npm error 404  The requested resource 'knx@*' could not be found or you do not have permission to access it.",
    ]);
    // A script of package.json: npm repeats what failed, behind the tool's own words.
    const script = `error: relation "a" already exists
npm error Lifecycle script \`migrate\` failed with error:
npm error code 1
npm error path /app
npm error workspace app@1.0.0
npm error location /app
npm error command failed
npm error command sh -c knex migrate:latest
${log.replace('npm error', 'npm ERR!')}
`;
    expect(tailOf(script).lines(1, [])).toEqual(['error: relation "a" already exists']);
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
