import type { LintReport, Severity } from '../model/finding';
import type { Range } from '../model/text';

/** A finding in the flat form that the formats of other tools want. */
export interface LintEntry {
  readonly path: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** Empty when there is nothing to advise. */
  readonly help: string;
  readonly url: string;
  readonly range: Range;
}

/** Every finding of a report, file by file. What could not be read is among them: it has a rule of its own. */
export function lintEntries(report: LintReport): readonly LintEntry[] {
  return report.files.flatMap(({ path, findings }) =>
    findings.map(({ rule, severity, message, help, url, range }): LintEntry => ({ path, rule, severity, message, help, url, range })),
  );
}
