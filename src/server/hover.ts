import type { Hover } from 'vscode-languageserver';
import { engineLabel } from '../model/engine';
import type { CostClass, ExecutionPlan, PlannedStatement, PlannedTransaction, TableWork } from '../model/plan';
import type { Position } from '../model/text';
import { dataNouns } from '../model/words';
import { saysMoreThanCost } from '../plan/reasons';
import { type Analysis, statementsAt } from './analysis';
import { toHover } from './to-lsp';

function costText(cost: CostClass, engine: string): string {
  const { table, rows } = dataNouns(engine);
  const texts: Record<CostClass, string> = {
    metadata: 'changes the catalog only',
    scan: `reads the whole ${table}`,
    build: `builds an index over the whole ${table}`,
    rewrite: `writes the whole ${table} again`,
    data: `changes ${rows}`,
    none: 'costs nothing',
    unknown: 'can’t be foretold',
  };
  return texts[cost];
}

/** What a statement will do to a live database: transaction, locks, cost and why. Undefined between statements. */
export function hoverAt(analysis: Analysis, position: Position): Hover | undefined {
  const found = statementsAt(analysis, position);
  const [first] = found;
  if (first === undefined) return undefined;
  const plan = analysis.plan(first.program);
  const numbers = new Set(found.map(({ statement }) => statement.index));
  const planned = plan.statements.filter(({ statement }) => numbers.has(statement.index));
  const isWritten = first.program.rendering !== undefined;
  const described = planned
    .slice(0, mostShown)
    .map((one) => `${isWritten ? sentText(one, plan.engine.name) : ''}${describeStatement(one, plan)}`);
  const left = planned.length - mostShown;
  const more = left > 0 ? [`and ${left} more ${left === 1 ? 'statement' : 'statements'}`] : [];
  return toHover([...described, ...more].join('\n\n---\n\n'), first.range);
}

/** Of one call; more is in the plan. */
const mostShown = 4;
const longestText = 1000;

/** Code does not show what is sent. */
function sentText({ statement }: PlannedStatement, engine: string): string {
  const { text } = statement;
  return `${codeBlock(text.length <= longestText ? text : `${text.slice(0, longestText)}…`, engine)}\n\n`;
}

/** A fenced block whose fence is longer than any in the text. */
export function codeBlock(text: string, engine: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${engine === 'mongodb' ? 'javascript' : 'sql'}\n${text}\n${fence}`;
}

/** One statement of a plan in Markdown. */
export function describeStatement(planned: PlannedStatement, plan: ExecutionPlan): string {
  const direction = plan.direction === 'down' ? ' of the rollback' : '';
  const heading = `**Statement ${planned.statement.index} of ${plan.statements.length}**${direction} · ${engineLabel(plan.engine)}`;
  return [heading, ...planLines(planned, plan, { transaction: true })].join('\n\n');
}

/** Transaction, locks, cost and what else is to be known of a statement: one line of Markdown each. */
export function planLines(
  planned: PlannedStatement,
  plan: ExecutionPlan,
  show: { readonly transaction: boolean /** The statement of the same document that gave the same reason. */; readonly reasonAt?: number },
): readonly string[] {
  const transaction = show.transaction ? plan.transactions.find((candidate) => candidate.index === planned.transaction) : undefined;
  const lines = [
    ...(transaction === undefined ? [] : [`**Transaction** ${describeTransaction(transaction, plan)}`]),
    `**Locks** ${describeLocks(planned, plan.engine.name)}`,
    `**Cost** ${costText(planned.cost, plan.engine.name)}${reason(planned, show.reasonAt)}`,
  ];
  if (planned.refusal !== undefined) lines.push(`The server refuses it inside a transaction: ${escapeMarkdown(planned.refusal)}.`);
  else if (!planned.transactional) lines.push('The server refuses this statement inside a transaction.');
  if (planned.commits) lines.push('It commits what is open before it, and then itself.');
  return lines;
}

function reason({ because }: PlannedStatement, givenAt: number | undefined): string {
  if (!saysMoreThanCost(because)) return '';
  return givenAt === undefined ? `. ${escapeMarkdown(because)}` : ` (see ${givenAt})`;
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

function describeLocks(planned: PlannedStatement, engine: string): string {
  if (planned.work !== undefined) return describeMetadataLock(planned.work);
  if (planned.locks.length === 0) return `none on ${dataNouns(engine).table}s`;
  return planned.locks.map((lock) => `${lock.mode} on ${inlineCode(lock.relation)}${lock.onNew ? ' (new)' : ''}`).join(', ');
}

/** Others feel what LOCK= says; for a moment at the start and the end the statement needs the table for itself. */
function describeMetadataLock({ table, algorithm, lock }: TableWork): string {
  const name = inlineCode(table.schema === undefined ? table.name : `${table.schema}.${table.name}`);
  if (algorithm === 'INSTANT' || lock === 'EXCLUSIVE')
    return `EXCLUSIVE metadata lock on ${name}, for a moment: it waits for every transaction that uses it`;
  const meanwhile = lock === 'NONE' ? 'reads and writes go on (LOCK=NONE)' : 'reads go on, writes wait (LOCK=SHARED)';
  return `${meanwhile} on ${name}; EXCLUSIVE metadata lock for a moment at the start and the end, which waits for every transaction that uses it`;
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
