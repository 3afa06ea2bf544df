import type { InlayHint } from 'vscode-languageserver';
import type { CostClass, PlannedStatement } from '../model/plan';
import type { Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Analysis, overlaps, programsInFile } from './analysis';
import { describeStatement } from './hover';
import { toInlayHint } from './to-lsp';

/** What a person should see without asking. The rest is in the hover. */
const shownCosts: Partial<Record<CostClass, string>> = {
  scan: 'reads every row',
  build: 'builds an index',
  rewrite: 'writes every row again',
  data: 'changes rows',
};

/** Locks that every query takes say nothing. */
const unremarkable = new Set(['ACCESS SHARE', 'ROW SHARE']);

const locksNamed = 2;

/** Behind each statement in this range: the locks that it takes and what it costs, where that is worth a word. */
export function inlayHints(analysis: Analysis, range: Range): InlayHint[] {
  const text = analysis.files.find((file) => file.path === analysis.name)?.text ?? '';
  const lines = new LineIndex(text);
  return programsInFile(analysis).flatMap((program) => {
    const plan = analysis.plan(program);
    return plan.statements.flatMap((planned) => {
      const { range: own, span } = planned.statement;
      // Behind the semicolon, which is no part of the statement.
      const end = span.end + (/^[ \t]*;/.exec(text.slice(span.end, span.end + 20))?.[0].length ?? 0);
      const label = overlaps(own, range) ? hintFor(planned) : '';
      return label === '' ? [] : [toInlayHint(lines.position(end), label, describeStatement(planned, plan))];
    });
  });
}

/** `ACCESS EXCLUSIVE on orders, writes every row again`; empty when there is nothing to say. */
export function hintFor({ locks, cost, transactional }: PlannedStatement): string {
  const remarkable = locks.filter(({ mode }) => !unremarkable.has(mode));
  const named = remarkable.slice(0, locksNamed).map(({ mode, relation }) => `${mode} on ${relation}`);
  const more = remarkable.length > locksNamed ? [`${remarkable.length - locksNamed} more locks`] : [];
  const outside = transactional ? [] : ['not in a transaction'];
  return [...named, ...more, ...(shownCosts[cost] === undefined ? [] : [shownCosts[cost]]), ...outside].join(', ');
}
