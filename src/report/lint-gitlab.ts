import type { LintReport } from '../model/finding';
import { type LintEntry, lintEntries } from './lint-entries';
import { stableHash } from './stable-hash';

const severities = { error: 'major', warning: 'minor', info: 'info' } as const;

/** GitLab's Code Quality report: a list of issues (GitLab documentation, "Code Quality report format"). */
export function lintGitlab(report: LintReport): string {
  const seen = new Map<string, number>();
  const issues = lintEntries(report).map((entry) => ({
    description: entry.help === '' ? entry.message : `${entry.message} ${entry.help}`,
    check_name: entry.rule,
    fingerprint: fingerprint(entry, seen),
    severity: severities[entry.severity],
    location: { path: entry.path, lines: { begin: entry.range.start.line + 1, end: entry.range.end.line + 1 } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}

/** Stays the same when lines move; two equal findings in one file are told apart by their order. */
function fingerprint(entry: LintEntry, seen: Map<string, number>): string {
  const key = `${entry.path}\n${entry.rule}\n${entry.message}`;
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return stableHash(`${key}\n${count}`);
}
