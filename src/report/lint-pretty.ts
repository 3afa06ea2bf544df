import type { FileReport, Finding, LintReport, Severity } from '../model/finding';
import { hidePasswords } from '../model/secrets';
import type { Range } from '../model/text';
import { columnsOf } from './columns';
import { plural } from './numbers';
import type { Palette } from './palette';
import { hang, oneLine, padRight, printable, spread, terminalColumns, truncate, wrap } from './terminal-text';
import { engineTitle } from './titles';

const labelColumns = 6;
const indent = '  ';
const excerptLines = 3;

/**
 * Findings for the terminal, 80 columns wide, each with the lines it is about. `sources` holds the text of the files by the path in
 * the report; a file without one gets no excerpt.
 */
export function lintPretty(report: LintReport, sources: ReadonlyMap<string, string>, palette: Palette): string {
  const withFindings = report.files.filter((file) => file.findings.length > 0);
  const lines = withFindings.flatMap((file) => [...fileLines(file, sources.get(file.path), palette), '']);
  return `${[...lines, ...summaryLines(report, palette)].join('\n')}\n`;
}

function fileLines(file: FileReport, source: string | undefined, palette: Palette): readonly string[] {
  const lines = source?.split(/\r\n|\n|\r/) ?? [];
  const facts = `${file.framework} · ${engineTitle(file)}`;
  return [
    // The path stays whole, however long: it is what is clicked on and copied.
    spread(palette.bold(oneLine(file.path)), palette.dim(facts)),
    ...file.findings.flatMap((finding) => ['', ...findingLines(finding, lines, palette)]),
  ];
}

function findingLines(finding: Finding, source: readonly string[], palette: Palette): readonly string[] {
  const severity = severityPaint(finding.severity, palette)(finding.severity);
  const place = `${finding.range.start.line + 1}:${finding.range.start.character + 1}`;
  return [
    spread(
      `${indent}${severity} ${palette.bold(finding.rule)}`,
      palette.dim(finding.section === 'down' ? `${place} in the rollback` : place),
    ),
    ...wrap(finding.message, terminalColumns - 2).map((line) => indent + line),
    ...excerpt(finding.range, source, palette),
    ...note('help', finding.help, palette),
    ...finding.fixes.flatMap((fix) => note('fix', fix.safe ? `${fix.title} (--fix does this)` : fix.title, palette)),
  ];
}

function note(label: string, text: string, palette: Palette): readonly string[] {
  if (text === '') return [];
  return hang(indent + palette.dim(padRight(label, labelColumns)), wrap(text, terminalColumns - indent.length - labelColumns));
}

/** The lines of a range, the first underlined by carets. Lines are cut to the window in which the range begins. */
function excerpt(range: Range, source: readonly string[], palette: Palette): readonly string[] {
  const first = hidePasswords(source[range.start.line] ?? '');
  if (first.trim() === '') return [];
  const numberColumns = String(range.end.line + 1).length;
  const gutter = (line: number | undefined) =>
    palette.dim(`${indent}${indent}${(line === undefined ? '' : String(line + 1)).padStart(numberColumns)} │ `);
  const columns = terminalColumns - indent.length * 2 - numberColumns - 3;
  const window = windowOf(first, range.start.character, columns);
  const endOnLine = range.end.line === range.start.line ? range.end.character : first.length;
  const before = display(first.slice(window.start, range.start.character));
  const marked = display(first.slice(range.start.character, Math.max(endOnLine, range.start.character + 1)));
  const offset = columnsOf(before) + (window.start > 0 ? 1 : 0);
  const shown = truncate((window.start > 0 ? '…' : '') + display(first.slice(window.start)), columns);
  // Not beyond what is shown of the line.
  const carets = Math.max(1, Math.min(columnsOf(marked), columnsOf(shown) - offset));
  const following = source.slice(range.start.line + 1, Math.min(range.end.line + 1, range.start.line + excerptLines));
  const more = range.end.line - range.start.line + 1 - excerptLines;
  return [
    gutter(range.start.line) + shown,
    gutter(undefined) + ' '.repeat(offset) + palette.yellow('^'.repeat(carets)),
    ...following.map((line, index) => gutter(range.start.line + 1 + index) + truncate(display(hidePasswords(line)), columns)),
    ...(more > 0 ? [gutter(undefined) + palette.dim(`… ${plural(more, 'more line')}`)] : []),
  ];
}

/** Where to start showing a long line, so that the place is in view. */
function windowOf(line: string, character: number, columns: number): { readonly start: number } {
  if (columnsOf(display(line.slice(0, character))) < columns * 0.75) return { start: 0 };
  return { start: Math.max(0, character - 12) };
}

function display(text: string): string {
  return printable(text).replace(/\t/g, '  ').replace(/\n/g, ' ');
}

function summaryLines(report: LintReport, palette: Palette): readonly string[] {
  const { findings, files } = report.summary;
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) =>
    findings[severity] === 0
      ? []
      : [severityPaint(severity, palette)(severity === 'info' ? `${findings.info} info` : plural(findings[severity], severity))],
  );
  const safe = report.files.flatMap((file) => file.findings).filter((finding) => finding.fixes.some((fix) => fix.safe)).length;
  const total = counts.length === 0 ? palette.green('✓ no findings') : counts.join(', ');
  return [
    `${total} in ${plural(files, 'file')}${palette.dim(detected(report))}`,
    ...(safe > 0 ? [palette.dim(`--fix repairs ${safe} of them`)] : []),
  ];
}

/** What the files were taken for, when there is one answer: a wrong guess shows here first. */
function detected(report: LintReport): string {
  const kinds = [...new Set(report.files.map((file) => `${file.framework} · ${engineTitle(file)}`))];
  return kinds.length === 1 ? ` (${kinds[0]})` : '';
}

function severityPaint(severity: Severity, palette: Palette): (text: string) => string {
  return { error: palette.red, warning: palette.yellow, info: palette.blue }[severity];
}
