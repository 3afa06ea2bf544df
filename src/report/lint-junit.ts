import type { LintReport } from '../model/finding';
import { escapeXml } from './escape';
import { lintEntries } from './lint-entries';

/** JUnit's XML, as Jenkins and others read it: a suite per file, a failed case per finding, a passed case for a clean file. */
export function lintJunit(report: LintReport): string {
  const entries = lintEntries(report);
  const seconds = (report.summary.durationMs / 1000).toFixed(3);
  const suites = report.files.map((file) => {
    const own = entries.filter((entry) => entry.path === file.path);
    const name = escapeXml(file.path);
    const cases = own.map((entry) => {
      const place = `${entry.path}:${entry.range.start.line + 1}:${entry.range.start.character + 1}`;
      const text = [place, entry.message, entry.help, entry.url].filter((part) => part !== '').join('\n');
      return [
        `    <testcase classname="${name}" name="${escapeXml(`${entry.rule} (${entry.range.start.line + 1}:${entry.range.start.character + 1})`)}">`,
        `      <failure type="${entry.severity}" message="${escapeXml(entry.message)}">${escapeXml(text)}</failure>`,
        '    </testcase>',
      ].join('\n');
    });
    const body = cases.length === 0 ? `    <testcase classname="${name}" name="no findings"/>` : cases.join('\n');
    return `  <testsuite name="${name}" tests="${Math.max(1, own.length)}" failures="${own.length}" errors="0">\n${body}\n  </testsuite>`;
  });
  const tests = report.files.reduce((total, file) => total + Math.max(1, file.findings.length), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="faultline" tests="${tests}" failures="${entries.length}" errors="0" time="${seconds}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
