import { describe, expect, test } from 'vitest';
import type { Statement } from '../../../../src/model/migration';
import { statements } from './statements';

const text = `// a migration
use shop
db.users.updateMany({ status: "new", at: { $lt: ISODate("2024-01-01") } }, { $set: { a: 1 } }, { ordered: false });
await db.getCollection("a-b").drop()
db.\${name}.insertMany([{ a: /x[/]y/i, b: \`t\${1}\`, 'c.d': -1 }, ...\${rest}]);
db.createCollection("v", { validator: { $jsonSchema: { required: ["é", "\u{1F600}"] } } });
session.startTransaction();
db.a.bulkWrite([{ updateOne: { filter: {}, update: [{ $set: { x: "$y" } }] } }], { session });
session.commitTransaction();
const x = () => { for (;;) { break } };
db.runCommand({ collMod: "a", index: { name: "n", hidden: true } });
`;

/** All places of a statement lie in its text, and none of its statements reaches into the next. */
function check(damaged: string, read: readonly Statement[]): void {
  let last = 0;
  for (const { span, operations, text: own } of read) {
    expect(span.start).toBeGreaterThanOrEqual(last);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(damaged.length);
    expect(own).toBe(damaged.slice(span.start, span.end));
    for (const inner of spansIn(operations)) {
      expect(inner.start).toBeGreaterThanOrEqual(0);
      expect(inner.end).toBeLessThanOrEqual(span.end);
    }
    last = span.end;
  }
}

function spansIn(value: unknown): { readonly start: number; readonly end: number }[] {
  if (Array.isArray(value)) return value.flatMap(spansIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === 'span' ? [each as { start: number; end: number }] : spansIn(each)));
}

/** Numbers below `limit`, the same in every run. */
function* numbers(seed: number, limit: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Math.floor((state / 2 ** 32) * limit);
  }
}

describe('damaged text', () => {
  test('cut anywhere, it is read as far as it goes', () => {
    for (let end = 0; end <= text.length; end++) {
      const cut = text.slice(0, end);
      check(cut, statements(cut));
    }
  });

  test('with random pieces put into it, taken out and doubled', () => {
    const place = numbers(7, text.length);
    const pieces = [
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '`',
      '/',
      '//',
      '/*',
      '${',
      '${a}',
      ';',
      '\n',
      'db.',
      'await ',
      '=>',
      '\\',
      '\u{1F600}',
      '...',
      '\0',
    ];
    const choice = numbers(11, pieces.length);
    for (let round = 0; round < 500; round++) {
      const at = place.next().value;
      const to = Math.min(at + (place.next().value % 12), text.length);
      const damaged = text.slice(0, at) + (pieces[choice.next().value] ?? '') + text.slice(round % 2 === 0 ? at : to);
      check(damaged, statements(damaged));
    }
  });

  test.each([
    '['.repeat(100_000),
    '('.repeat(50_000),
    'db.a.insertOne('.concat('{a:'.repeat(5000)),
    'a+'.repeat(20_000),
    '/*',
    '`${',
    '`'.repeat(5001),
    'db'.concat('.a()'.repeat(20_000)),
  ])('deep or endless: %#', (each) => {
    check(each, statements(each));
  });
});
