import type { Hover } from 'vscode-languageserver';
import { engineLabel } from '../model/engine';
import type { CostClass, ExecutionPlan, PlannedStatement, PlannedTransaction } from '../model/plan';
import type { Position } from '../model/text';
import { type Analysis, statementAt } from './analysis';
import { toHover } from './to-lsp';

const costs: Record<CostClass, string> = {
  metadata: 'changes the catalog only',
  scan: 'reads the whole table',
  build: 'builds an index over the whole table',
  rewrite: 'writes the whole table again',
  data: 'changes rows',
  none: 'costs nothing',
  unknown: 'can’t be foretold',
};

/** What a statement will do to a live database: transaction, locks, cost and why. Undefined between statements. */
export function hoverAt(analysis: Analysis, position: Position): Hover | undefined {
  const found = statementAt(analysis, position);
  if (found === undefined) return undefined;
  const plan = analysis.plan(found.program);
  const planned = plan.statements.find((candidate) => candidate.statement.index === found.statement.index);
  return planned && toHover(describeStatement(planned, plan), found.statement.range);
}

/** One statement of a plan in Markdown. */
export function describeStatement(planned: PlannedStatement, plan: ExecutionPlan): string {
  const transaction = plan.transactions.find((candidate) => candidate.index === planned.transaction);
  const direction = plan.direction === 'down' ? ' of the rollback' : '';
  const lines = [
    `**Statement ${planned.statement.index} of ${plan.statements.length}**${direction} · ${engineLabel(plan.engine)}`,
    ...(transaction === undefined ? [] : [`**Transaction** ${describeTransaction(transaction, plan)}`]),
    `**Locks** ${describeLocks(planned)}`,
    `**Cost** ${costs[planned.cost]}${planned.because === '' ? '' : `. ${escapeMarkdown(planned.because)}`}`,
  ];
  if (!planned.transactional) lines.push('The server refuses this statement inside a transaction.');
  return lines.join('\n\n');
}

/** Who commits, and with what else. */
export function describeTransaction(transaction: PlannedTransaction, plan: ExecutionPlan): string {
  if (transaction.kind === 'autocommit') return 'none: it commits by itself, and stays when a later statement fails';
  const owner = { framework: 'opened by the framework', explicit: 'the migration’s own', implicit: 'implicit, of the one request' }[
    transaction.kind
  ];
  const others = transaction.statements.length - 1;
  const number = plan.transactions.length === 1 ? '' : `${transaction.index} of ${plan.transactions.length}, `;
  return others === 0 ? `${number}${owner}` : `${number}${owner}, with ${others} other statement${others === 1 ? '' : 's'}`;
}

function describeLocks(planned: PlannedStatement): string {
  if (planned.locks.length === 0) return 'none on tables';
  return planned.locks.map((lock) => `${lock.mode} on ${inlineCode(lock.relation)}`).join(', ');
}

/** Text in a code span: the fence is longer than any run of backticks inside. */
export function inlineCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

/** User text in Markdown must stay text. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}
