import { describe, expect, it } from 'vitest';
import type { Statement } from '../../../src/model/migration';
import type { ExecutionPlan, PlannedStatement, PlannedTransaction } from '../../../src/model/plan';
import { describeStatement, escapeMarkdown, inlineCode } from '../../../src/server/hover';

const place = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

function planned(index: number, over: Partial<PlannedStatement> = {}): PlannedStatement {
  const statement: Statement = { index, text: 'x', sent: 'x', range: place, span: { start: 0, end: 1 }, operations: [] };
  return {
    statement,
    transaction: 1,
    locks: [{ relation: 'orders', name: { name: 'orders' }, mode: 'ACCESS EXCLUSIVE' }],
    cost: 'rewrite',
    because: 'DEFAULT gen_random_uuid() is volatile: every row is written again',
    transactional: true,
    ...over,
  };
}

function plan(transactions: readonly PlannedTransaction[], statements: readonly PlannedStatement[]): ExecutionPlan {
  return { engine: { name: 'postgres', major: 18 }, direction: 'up', transactions, statements, atomic: true, summary: '' };
}

describe('what a hover says', () => {
  it('is the transaction, the locks, and the cost with its reason', () => {
    const first = planned(1);
    const text = describeStatement(first, plan([{ index: 1, kind: 'framework', statements: [1, 2, 3] }], [first, planned(2), planned(3)]));
    expect(text).toContain('**Statement 1 of 3** · PostgreSQL 18');
    expect(text).toContain('**Transaction** opened by the framework, with 2 other statements');
    expect(text).toContain('**Locks** ACCESS EXCLUSIVE on `orders`');
    expect(text).toContain('**Cost** writes the whole table again. DEFAULT gen\\_random\\_uuid() is volatile');
  });

  it('is plain about a statement that commits alone', () => {
    const only = planned(1, { transactional: false, locks: [] });
    const text = describeStatement(only, plan([{ index: 1, kind: 'autocommit', statements: [1] }], [only]));
    expect(text).toContain('**Transaction** none: it commits by itself');
    expect(text).toContain('**Locks** none on tables');
    expect(text).toContain('refuses this statement inside a transaction');
  });
});

describe('user text in Markdown', () => {
  it('stays text', () => {
    expect(escapeMarkdown('[a](command:evil) <b> *x*')).toBe('\\[a\\](command:evil) \\<b\\> \\*x\\*');
  });
  it('does not break out of a code span', () => {
    expect(inlineCode('a')).toBe('`a`');
    expect(inlineCode('a``b')).toBe('``` a``b ```');
  });
});
