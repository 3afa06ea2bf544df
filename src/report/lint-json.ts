import type { FileReport, LintReport, Severity } from '../model/finding';

/** Puts file reports together as `lint --format json` gives them. */
export function lintReport(files: readonly FileReport[], durationMs: number): LintReport {
  const findings: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const finding of files.flatMap((file) => file.findings)) findings[finding.severity] += 1;
  return { version: 1, files, summary: { files: files.length, findings, durationMs: Math.round(durationMs) } };
}

/** The document of `lint --format json`. */
export function lintJson(report: LintReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
