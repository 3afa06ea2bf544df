import type { CodeAction, Command } from 'vscode-languageserver';
import { commentPlace } from '../lint/code/comment-place';
import type { Finding } from '../model/finding';
import type { Position } from '../model/text';
import { LineIndex } from '../parse/lines';
import { unusedSuppression } from '../rules/shared/unused-suppression';
import { type Analysis, overlaps, pathInFolder, programsInFile, textOf } from './analysis';
import { type OpenFiles, toDiagnostic, toLspRange, toQuickFix, toUri, toWorkspaceEdit } from './to-lsp';

/** What stands in the place of a reason until somebody writes one. */
export const reasonPlaceholder = 'why this is safe here';

/** The comments that silence findings: each where it is, and after them each rule in the whole file. */
export function suppressions(analysis: Analysis, found: readonly Finding[], open: OpenFiles): readonly CodeAction[] {
  // JSON has no comments.
  if (/\.json$/i.test(analysis.name)) return [];
  // A comment that suppresses nothing is not silenced by one more.
  const findings = found.filter(({ rule }) => rule !== unusedSuppression.id);
  const byRule = new Map(findings.map((finding) => [finding.rule, findings.filter(({ rule }) => rule === finding.rule)]));
  return [
    ...findings.map((finding) => inStatement(analysis, finding, open)),
    ...[...byRule].map(([rule, same]) => inFile(analysis, rule, same, open)),
  ];
}

/** Puts a suppression above the statement or call that the finding is in. */
function inStatement(analysis: Analysis, finding: Finding, open: OpenFiles): CodeAction {
  const text = textOf(analysis);
  const isCode = programsInFile(analysis).some(({ rendering }) => rendering !== undefined);
  const start = isCode ? startOfCall(analysis, text, finding) : startOfStatement(analysis, finding);
  const line = text.split(/\r\n|\r|\n/)[start.line] ?? '';
  const before = line.slice(0, start.character);
  // Another statement of SQL may stand before it on its line: then the comment takes a line of its own in between. In code the comment goes
  // above the line: in the middle of it, it would end the line.
  const ownLine = isCode || before.trim() === '';
  const indent = ownLine ? (/^\s*/.exec(before)?.[0] ?? '') : '';
  const place = ownLine ? { line: start.line, character: 0 } : start;
  const { edit, command } = insertion(
    analysis,
    place,
    ownLine ? '' : '\n',
    `${indent}${mark(analysis)} faultline-ignore ${finding.rule}: `,
    open,
  );
  return toQuickFix(`Ignore this finding here (${finding.rule})`, [toDiagnostic(finding)], edit, { preferred: false, command });
}

/** Puts a suppression of a rule at the top of the file. */
function inFile(analysis: Analysis, rule: string, findings: readonly Finding[], open: OpenFiles): CodeAction {
  const text = textOf(analysis);
  const first = firstLine(analysis, text);
  // The file may end with that line.
  const isLast = first !== '' && !/[\r\n]$/.test(first);
  const place = new LineIndex(text).position(first.length);
  const { edit, command } = insertion(analysis, place, isLast ? '\n' : '', `${mark(analysis)} faultline-ignore-file ${rule}: `, open);
  const diagnostics = findings.map(toDiagnostic);
  return toQuickFix(`Ignore ${rule} in the whole file`, diagnostics, edit, { preferred: false, command });
}

/** The line that has to stay the first, with its line break: of a script, and of the frameworks that look for their mark there. Else empty. */
function firstLine(analysis: Analysis, text: string): string {
  const line = /^[^\r\n]*(?:\r\n|\r|\n|$)/.exec(text)?.[0] ?? '';
  return /^(?:\ufeff?<\?xml\b|#!)/.test(line) || analysis.framework.firstLine?.test(line) === true ? line : '';
}

/** A comment on a line of its own, with a reason that is selected so that it can be typed over. */
function insertion(analysis: Analysis, place: Position, lineBreak: '' | '\n', comment: string, open: OpenFiles) {
  const path = pathInFolder(analysis, analysis.name);
  const edits = [
    { range: { start: place, end: place }, newText: `${lineBreak}${comment}${reasonPlaceholder}${isXml(analysis) ? ' -->' : ''}\n` },
  ];
  const line = place.line + lineBreak.length;
  const selected = { start: { line, character: comment.length }, end: { line, character: comment.length + reasonPlaceholder.length } };
  const command: Command = {
    title: 'Write the reason',
    command: 'faultline.selectRange',
    arguments: [toUri(path), toLspRange(selected)],
  };
  return { edit: toWorkspaceEdit([{ path, version: open.versionOf(path), create: false, edits }]), command };
}

function isXml({ name }: Analysis): boolean {
  return /\.xml$/i.test(name);
}

/** What a comment of the file begins with. */
function mark(analysis: Analysis): '//' | '--' | '#' | '<!--' {
  if (isXml(analysis)) return '<!--';
  if (/\.ya?ml$/i.test(analysis.name)) return '#';
  const isCode = programsInFile(analysis).some(({ rendering }) => rendering !== undefined);
  return isCode || /\.[cm]?[jt]s$/i.test(analysis.name) ? '//' : '--';
}

function startOfStatement(analysis: Analysis, finding: Finding): Position {
  const statements = programsInFile(analysis).flatMap((program) => program.statements);
  const statement = statements.find((candidate) => overlaps(candidate.range, finding.range));
  return (statement?.range ?? finding.range).start;
}

function startOfCall(analysis: Analysis, text: string, finding: Finding): Position {
  const lines = new LineIndex(text);
  return lines.position(commentPlace(programsInFile(analysis), text, lines.offset(finding.range.start)));
}
