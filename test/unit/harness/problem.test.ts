import { describe, expect, it } from 'vitest';
import { lineOf, setMigration } from '../../../src/harness/problem';

const errorAt = (name: string, message: string, ...frames: readonly string[]): Error => {
  const error = new Error(message);
  error.name = name;
  error.stack = `${name}: ${message}\n${frames.map((frame) => `    at ${frame}`).join('\n')}`;
  return error;
};

describe('whatever a migration throws is one line', () => {
  it('with the innermost place in the migration, by its path or its URL', () => {
    setMigration('/p/1-a.js');
    expect(lineOf(errorAt('Error', 'no\n  way', 'helper (/p/other.js:9:1)', 'Object.up (/p/1-a.js:12:5)', '/p/1-a.js:3:1'))).toBe(
      'no way (/p/1-a.js:12)',
    );
    expect(lineOf(errorAt('TypeError', 'x is not a function', 'up (file:///p/1-a.js:4:2)'))).toBe(
      'TypeError: x is not a function (/p/1-a.js:4)',
    );
    expect(lineOf(errorAt('MongoServerError', 'E11000 duplicate', 'driver (/n/mongodb.js:1:1)'))).toBe('E11000 duplicate');
  });

  it('a place that is told already is not told twice', () => {
    setMigration('/p/1-a.ts');
    expect(lineOf(errorAt('SyntaxError', 'Unexpected token (/p/1-a.ts:2)', 'load (/p/1-a.ts:2:1)'))).toBe(
      'SyntaxError: Unexpected token (/p/1-a.ts:2)',
    );
    const parsed = new SyntaxError("Unexpected token ';'");
    parsed.stack = "/p/1-a.ts:7\n  const a = ;\n            ^\n\nSyntaxError: Unexpected token ';'\n    at wrapSafe (node:internal:1)";
    expect(lineOf(parsed)).toBe("SyntaxError: Unexpected token ';' (/p/1-a.ts:7)");
  });

  it.each([
    [undefined, 'it threw undefined, which is no Error'],
    [null, 'it threw null, which is no Error'],
    ['text\nof two lines', 'it threw "text\\nof two lines", which is no Error'],
    [{ a: 1 }, 'it threw {"a":1}, which is no Error'],
    [() => 1, 'it threw () => 1, which is no Error'],
    [10n, 'it threw a value of type bigint, which is no Error'],
    [{ message: 'like an Error' }, 'like an Error'],
    [new Error(''), 'Error'],
  ])('number %# of what can be thrown', (thrown, line) => {
    setMigration('/p/1-a.js');
    expect(lineOf(thrown)).toBe(line);
  });
});
