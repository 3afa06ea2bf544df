import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unifiedDiff } from '../../../src/report/unified-diff';

const numbers = Array.from({ length: 30 }, (_, index) => `line ${index}`);
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;

test('equal texts differ in nothing', () => {
  expect(unifiedDiff('a.sql', 'a\n', 'a\n')).toEqual([]);
});

test('one changed line stands between three lines of context', () => {
  const to = numbers.map((line) => (line === 'line 10' ? 'changed' : line));
  expect(unifiedDiff('a.sql', text(numbers), text(to))).toEqual([
    '--- a/a.sql',
    '+++ b/a.sql',
    '@@ -8,7 +8,7 @@',
    ' line 7',
    ' line 8',
    ' line 9',
    '-line 10',
    '+changed',
    ' line 11',
    ' line 12',
    ' line 13',
  ]);
});

const git = spawnSync('git', ['--version']).status === 0;

test.skipIf(!git).each([
  ['a change at both ends', numbers, ['first', ...numbers.slice(1, -1), 'last']],
  ['an insertion and a removal', numbers, [...numbers.slice(0, 5), 'new', ...numbers.slice(5, 20), ...numbers.slice(22)]],
  ['a new file', [], numbers],
  ['repeated lines', ['a', 'b', 'a', 'b', 'a'], ['b', 'a', 'a', 'b', 'b', 'a']],
])('git applies it: %s', (_, from, to) => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-diff-'));
  try {
    const before = from.length === 0 ? undefined : text(from);
    if (before !== undefined) writeFileSync(join(folder, 'a.sql'), before);
    writeFileSync(join(folder, 'p.patch'), `${unifiedDiff('a.sql', before, text(to)).join('\n')}\n`);
    execFileSync('git', ['apply', 'p.patch'], { cwd: folder, stdio: 'pipe' });
    expect(readFileSync(join(folder, 'a.sql'), 'utf8')).toBe(text(to));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
