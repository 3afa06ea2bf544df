import { engineLabel } from '../model/engine';
import type { ExecutionPlan } from '../model/plan';
import { type Analysis, programsInFile } from './analysis';
import { codeBlock, describeStatement, escapeMarkdown } from './hover';

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
  const statements = plan.statements.map(
    (planned) => `${codeBlock(planned.statement.text, plan.engine.name)}\n\n${describeStatement(planned, plan)}`,
  );
  return [heading, `${escapeMarkdown(plan.summary)}. ${escapeMarkdown(because)}.`, ...statements].join('\n\n');
}
