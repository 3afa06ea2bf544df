import { describe, expect, it } from 'vitest';
import { codeLiteral, escapeForQuotes } from '../../../src/code/literal';

/** What the literal holds, as the engine itself reads it. Only texts of this test are evaluated. */
function held(literal: string): unknown {
  return new Function(`return ${literal};`)();
}

describe('a literal of code', () => {
  const texts = [
    'DROP TABLE a',
    "SELECT 'it''s'",
    'SELECT "a`b"',
    'a\nb',
    "E'\\n'",
    '$' + '{name} $1 $$',
    '\\',
    'tab\tand\r alone',
    '\u2028',
  ];

  it.each(texts)('holds its text unchanged: %j', (text) => {
    expect(held(codeLiteral(text))).toBe(text);
    for (const quote of ["'", '"', '`'] as const) expect(held(`${quote}${escapeForQuotes(text, quote)}${quote}`)).toBe(text);
  });

  it('is in plain quotes where it can be', () => {
    expect(codeLiteral('DROP TABLE a')).toBe("'DROP TABLE a'");
    expect(codeLiteral("SELECT 'a'")).toBe("`SELECT 'a'`");
  });
});
