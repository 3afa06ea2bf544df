import { expect, test } from 'vitest';
import { asSent, gated, marked } from '../../../src/engines/postgres/execution/texts';
import type { Statement } from '../../../src/model/migration';

const statements = ['SET LOCAL lock_timeout = 1', 'UPDATE a SET b = 1 -- all', 'DELETE FROM c'].map(
  (sent, position) => ({ index: position + 1, sent, operations: [] }) as unknown as Statement,
);

test('what a session executes is told without what was put into it', () => {
  const own = 'SET LOCAL lock_timeout = 1;\nUPDATE a SET b = 1 -- all;\nDELETE FROM c;';
  expect(asSent(gated(statements, 1).text ?? '')).toBe(own);
  expect(asSent(marked(statements).text ?? '')).toBe(own);
});

test('the server keeps the beginning of a query alone, and it may end within ours', () => {
  expect(asSent((gated(statements, 1).text ?? '').slice(0, 120))).toBe('SET LOCAL lock_timeout = 1;');
});

test('a query that nothing was put into stays as it is', () => {
  expect(asSent('SELECT 1\n;\n')).toBe('SELECT 1\n;\n');
});
