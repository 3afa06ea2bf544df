import type { RuleLevel } from '../lint/configuration';
import type { LintReport } from '../model/finding';
import { exitStatus } from './failure';
import type { LintedFiles } from './lint-folders';
import { note } from './output';

/** From harmless to bad: what is above the accepted one fails the command. */
export const severityOrder: readonly RuleLevel[] = ['off', 'info', 'warning', 'error'];

/** Findings that are worse than the accepted severity fail the command. */
export function lintStatus(report: LintReport, accepted: RuleLevel): number {
  const worst = Math.max(0, ...report.files.flatMap((file) => file.findings.map((finding) => severityOrder.indexOf(finding.severity))));
  return worst > severityOrder.indexOf(accepted) ? exitStatus.findings : exitStatus.success;
}

/** Says what could not be read. True when there was something. */
export async function tellProblems({ problems, notes }: Pick<LintedFiles, 'problems' | 'notes'>): Promise<boolean> {
  for (const text of notes) await note(`faultline: ${text}`);
  for (const problem of problems) await note(`faultline: ${problem.message}`);
  return problems.length > 0;
}
