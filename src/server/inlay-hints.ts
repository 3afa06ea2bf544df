import type { InlayHint } from 'vscode-languageserver';
import type { Program } from '../model/migration';
import type { CostClass, ExecutionPlan, PlannedStatement } from '../model/plan';
import type { Range } from '../model/text';
import { dataNouns, workWords } from '../model/words';
import { LineIndex } from '../parse/lines';
import { type Analysis, overlaps, programsInFile, shownStatements, textOf } from './analysis';
import { describeStatement } from './hover';
import { toInlayHint } from './to-lsp';

/** What a person should see without asking. The rest is in the hover. */
function costHint(cost: CostClass, engine: string): string | undefined {
  const { row, rows } = dataNouns(engine);
  const texts: Partial<Record<CostClass, string>> = {
    scan: `reads every ${row}`,
    build: 'builds an index',
    rewrite: `writes every ${row} again`,
    data: `changes ${rows}`,
  };
  return texts[cost];
}

/** Locks that every query takes say nothing; nor do those on what the migration itself has made, for which nobody waits. */
const unremarkable = new Set(['ACCESS SHARE', 'ROW SHARE', 'SHARED_READ', 'SHARED_WRITE', 'intent shared', 'intent exclusive']);

const locksNamed = 2;

/** Behind each statement in this range: the locks that it takes and what it costs, where that is worth a word. */
export function inlayHints(analysis: Analysis, range: Range): InlayHint[] {
  const text = textOf(analysis);
  const lines = new LineIndex(text);
  return programsInFile(analysis).flatMap((program) => {
    const plan = analysis.plan(program);
    if (program.rendering !== undefined) return codeHints(analysis, program, plan, range);
    return plan.statements.flatMap((planned) => {
      const { range: own, span } = planned.statement;
      // Behind the semicolon, which is no part of the statement.
      const end = span.end + (/^[ \t]*;/.exec(text.slice(span.end, span.end + 20))?.[0].length ?? 0);
      const label = overlaps(own, range) ? hintFor(planned, plan) : '';
      return label === '' ? [] : [toInlayHint(lines.position(end), label, describeStatement(planned, plan))];
    });
  });
}

/** In code a hint stands behind the call; what several statements of one call have in common is said once. */
function codeHints(analysis: Analysis, program: Program, plan: ExecutionPlan, range: Range): InlayHint[] {
  const lines = textOf(analysis).split(/\r\n|\r|\n/);
  const byLine = new Map<number, PlannedStatement[]>();
  const seen = new Set<number>();
  for (const { statement, range: shown } of shownStatements(analysis, program)) {
    const planned = plan.statements.find((candidate) => candidate.statement.index === statement.index);
    // The first of its places is the whole call.
    if (planned === undefined || seen.has(statement.index) || !overlaps(shown, range)) continue;
    seen.add(statement.index);
    byLine.set(shown.end.line, [...(byLine.get(shown.end.line) ?? []), planned]);
  }
  return [...byLine].flatMap(([line, statements]) => {
    const label = joined(statements.map((planned) => labelsOf(planned, plan)));
    const tooltip = statements.slice(0, labelsShown * 2).map((planned) => describeStatement(planned, plan));
    return label === '' ? [] : [toInlayHint({ line, character: lines[line]?.length ?? 0 }, label, tooltip.join('\n\n---\n\n'))];
  });
}

const labelsShown = 2;

/** The labels of one call's statements: in full where that fits, else by their locks and costs alone, else the first and how many more. */
function joined(candidates: readonly (readonly string[])[]): string {
  const distinct = (labels: readonly string[]): readonly string[] => [...new Set(labels.filter((label) => label !== ''))];
  const full = distinct(candidates.map((labels) => fitting(labels)));
  const short = distinct(candidates.map((labels) => labels.at(-1) ?? ''));
  const first = full.length > 1 ? [`${full[0]}; ${full.length - 1} more`] : full;
  const all = [full, short].filter((labels) => labels.length <= labelsShown).map((labels) => labels.join('; '));
  return fitting([...all, ...first]);
}

/** Longer labels are cut in their middle by VS Code, by its default for `editor.inlayHints.maximumLength`: the cost would be lost. */
const longestLabel = 43;

/** `ACCESS EXCLUSIVE on orders, writes every row again`, `COPY: blocks writes to orders`; empty when there is nothing to say. */
export function hintFor(planned: PlannedStatement, plan: ExecutionPlan): string {
  return fitting(labelsOf(planned, plan));
}

function fitting(labels: readonly string[]): string {
  return labels.find((label) => label.length <= longestLabel) ?? labels.at(-1) ?? '';
}

/** From the longest to the shortest: the table stands in the statement already, and the hover tells all of it. */
function labelsOf({ locks, cost, transactional, work, transaction }: PlannedStatement, plan: ExecutionPlan): readonly string[] {
  if (work !== undefined) return [work, { ...work, table: { name: 'it' } }].map((each) => workWords(each, cost).label);
  const remarkable = locks.filter(({ mode, onNew }) => !unremarkable.has(mode) && !onNew);
  const named = remarkable.slice(0, locksNamed).map(({ mode, relation }) => `${mode} on ${relation}`);
  const modes = [...new Set(remarkable.slice(0, locksNamed).map(({ mode }) => mode))];
  const more = remarkable.length > locksNamed ? [`${remarkable.length - locksNamed} more locks`] : [];
  const told = costHint(cost, plan.engine.name);
  const costs = told === undefined ? [] : [told];
  // In MongoDB most commands stand outside of transactions: there it says nothing that one would refuse them.
  const alone = plan.transactions.find(({ index }) => index === transaction)?.kind === 'autocommit';
  const outside = transactional || (alone && plan.engine.name === 'mongodb') ? [] : ['not in a transaction'];
  return [
    [...named, ...more, ...costs, ...outside],
    [...named, ...more, ...costs],
    [...modes, ...costs, ...outside],
    [...modes, ...costs],
  ].map((parts) => parts.join(', '));
}
