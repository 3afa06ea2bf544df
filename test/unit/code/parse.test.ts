import { expect, test } from 'vitest';
import { parseCode } from '../../../src/code/parse';

test('a file that begins with a line break and what is no code is read without its first lines', () => {
  const { problems, program } = parseCode("\n'\nexports.up = 1;\n", 'a.js');
  expect(problems.length).toBeGreaterThan(0);
  expect(program.body.length).toBeGreaterThanOrEqual(0);
  for (const text of ['\n', '\n#', '#\n#\n#\n#', '\n\n\n`', '']) expect(() => parseCode(text, 'a.ts')).not.toThrow();
});

test('brackets without end are refused before the parser spends seconds on them', () => {
  const text = `exports.up = (knex) => { ${'{a:'.repeat(2000)}`;
  const started = process.cpuUsage();
  const { problems } = parseCode(text, 'a.js');
  const { user } = process.cpuUsage(started);
  expect(problems[0]?.message).toContain('nested');
  expect(problems[0]?.span.end).toBeLessThanOrEqual(text.length);
  // The parser alone takes some ten seconds here.
  expect(user / 1000).toBeLessThan(2000);
});

test('what people write is not nested so deep', () => {
  const text = `exports.up = (knex) => ${'f('.repeat(60)}1${')'.repeat(60)};`;
  expect(parseCode(text, 'a.js').problems).toEqual([]);
});
