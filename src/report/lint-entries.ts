import type { LintReport, Severity } from '../model/finding';
import type { Range } from '../model/text';

/** A finding, or a place that could not be read, in the flat form that the formats of other tools want. */
export interface LintEntry {
  readonly path: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  readonly url?: string;
  readonly range: Range;
}

/** The id under which unreadable text is reported. */
export const unreadableRule = 'unreadable';

/** Everything in a report, file by file, in the order of the files. */
export function lintEntries(report: LintReport): readonly LintEntry[] {
  return report.files.flatMap((file) => [
    ...file.errors.map(
      (error): LintEntry => ({
        path: file.path,
        rule: unreadableRule,
        severity: 'error',
        message: error.message,
        help: '',
        range: error.range,
      }),
    ),
    ...file.findings.map(
      (finding): LintEntry => ({
        path: file.path,
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message,
        help: finding.help,
        url: finding.url,
        range: finding.range,
      }),
    ),
  ]);
}
