import { engineLabel } from '../model/engine';
import type { ExecutionPlan } from '../model/plan';
import { reasonsGivenBefore } from '../plan/reasons';
import { type Analysis, programsInFile } from './analysis';
import { codeBlock, escapeMarkdown, planLines } from './hover';

/** The execution plan of a file as a Markdown document: one section per program, its statements under their transaction. */
export function planDocument(analysis: Analysis): string {
  const { migration } = analysis;
  const programs = programsInFile(analysis).map((program) => planSection(analysis.plan(program), program.execution.because));
  return [`# ${escapeMarkdown(migration.title)}`, `${analysis.framework.displayName} · ${engineLabel(migration.engine)}`, ...programs].join(
    '\n\n',
  );
}

function planSection(plan: ExecutionPlan, because: string): string {
  const heading = plan.direction === 'up' ? '## Up' : '## Down';
  // What holds for all of them has been said by the summary.
  const isOneTransaction = plan.transactions.length === 1 && plan.transactions[0]?.kind !== 'autocommit';
  const before = reasonsGivenBefore(plan.statements.map(({ statement, because }) => ({ index: statement.index, because })));
  const statements = plan.statements.map((planned) => {
    const reasonAt = before.get(planned.statement.index);
    const lines = planLines(planned, plan, { transaction: !isOneTransaction, ...(reasonAt !== undefined && { reasonAt }) });
    return [
      `### ${planned.statement.index}`,
      codeBlock(planned.statement.text, plan.engine.name),
      lines.map((line) => `- ${line}`).join('\n'),
    ].join('\n\n');
  });
  return [heading, `${escapeMarkdown(plan.summary)}. ${escapeMarkdown(because)}.`, ...statements].join('\n\n');
}
