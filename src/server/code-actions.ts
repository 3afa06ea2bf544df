import { existsSync } from 'node:fs';
import type { CodeAction, Diagnostic, WorkspaceEdit } from 'vscode-languageserver';
import { commentPlace } from '../lint/code/comment-place';
import { applySafeFixes } from '../lint/fixes';
import type { Finding, Fix } from '../model/finding';
import type { SourceFile } from '../model/run-protocol';
import type { Position, Range, TextEdit } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Analysis, overlaps, pathInFolder, programsInFile, textOf } from './analysis';
import { smallestReplacement } from './smallest-replacement';
import { type FileEdits, toDiagnostic, toFixAll, toFixAllChoice, toLspRange, toQuickFix, toUri, toWorkspaceEdit } from './to-lsp';

/** What the actions need beside the analysis: which version of a file is open, and a file's text. */
export interface OpenFiles {
  /** The version of an open document; null when the file is not open: LSP's "whatever is on disk". */
  versionOf(path: string): number | null;
}

const reasonPlaceholder = 'why this is safe here';

/** Fixes of the findings in a range, in the order in which they were found, then all that are safe at once, and after them the suppressions. */
export function quickFixes(analysis: Analysis, range: Range, open: OpenFiles): CodeAction[] {
  const findings = analysis.report.findings.filter((finding) => overlaps(finding.range, range));
  const fixes = findings.flatMap((finding) => {
    const firstSafe = finding.fixes.findIndex((fix) => fix.safe);
    return finding.fixes.map((fix, index) => {
      const edit = fixEdit(analysis, [fix], open);
      return toQuickFix(fix.title, toDiagnostic(finding), edit, { preferred: index === firstSafe });
    });
  });
  const hasSafe = (finding: Finding): boolean => finding.fixes.some(({ safe }) => safe);
  const several = findings.some(hasSafe) && analysis.report.findings.filter(hasSafe).length > 1;
  return [
    ...fixes,
    ...(several ? [toFixAllChoice(toUri(pathInFolder(analysis, analysis.name)), findings.filter(hasSafe).map(toDiagnostic))] : []),
    ...findings.map((finding) => suppression(analysis, finding, toDiagnostic(finding), open)),
  ];
}

/**
 * All safe fixes of the file, applied until none is left, as one replacement per file; undefined when there is none. A fix can make
 * room for another, so the changed text is linted again in between.
 */
export function fixAll(analysis: Analysis, open: OpenFiles): CodeAction | undefined {
  const ownReport = (files: readonly SourceFile[]) => analysis.lintAgain(files).filter((report) => report.path === analysis.name);
  const { files, changed, applied } = applySafeFixes(analysis.files, ownReport);
  if (applied === 0) return undefined;
  const edits = changed.map((name): FileEdits => {
    const before = analysis.files.find((file) => file.path === name)?.text;
    const after = files.find((file) => file.path === name)?.text ?? '';
    const path = pathInFolder(analysis, name);
    return { path, version: open.versionOf(path), create: before === undefined, edits: [smallestReplacement(before ?? '', after)] };
  });
  return toFixAll(toWorkspaceEdit(edits));
}

/** The edits of fixes, file by file; a file that does not exist yet is created. */
function fixEdit(analysis: Analysis, fixes: readonly Fix[], open: OpenFiles): WorkspaceEdit {
  const byPath = new Map<string, TextEdit[]>();
  for (const edit of fixes.flatMap((fix) => fix.edits)) {
    const path = pathInFolder(analysis, edit.path ?? analysis.name);
    byPath.set(path, [...(byPath.get(path) ?? []), edit]);
  }
  const files: FileEdits[] = [...byPath].map(([path, edits]) => ({
    path,
    version: open.versionOf(path),
    create: open.versionOf(path) === null && !existsSync(path),
    edits,
  }));
  return toWorkspaceEdit(files);
}

/** Puts a suppression above the statement or call that the finding is in, and selects the reason so that it can be typed over. */
function suppression(analysis: Analysis, finding: Finding, diagnostic: Diagnostic, open: OpenFiles): CodeAction {
  const text = textOf(analysis);
  const isCode = programsInFile(analysis).some(({ rendering }) => rendering !== undefined);
  const start = isCode ? startOfCall(analysis, text, finding) : startOfStatement(analysis, finding);
  const line = text.split(/\r\n|\r|\n/)[start.line] ?? '';
  const before = line.slice(0, start.character);
  // Another statement of SQL may stand before it on its line: then the comment takes a line of its own in between. In code the comment goes
  // above the line: in the middle of it, it would end the line.
  const ownLine = isCode || before.trim() === '';
  const indent = /^\s*/.exec(before)?.[0] ?? '';
  const place = ownLine ? { line: start.line, character: 0 } : start;
  const mark = isCode || /\.[cm]?[jt]s$/i.test(analysis.name) ? '//' : '--';
  const prefix = `${ownLine ? indent : ''}${mark} faultline-ignore ${finding.rule}: `;
  const newText = `${ownLine ? '' : '\n'}${prefix}${reasonPlaceholder}\n`;
  const path = pathInFolder(analysis, analysis.name);
  const edits = [{ range: { start: place, end: place }, newText }];
  const edit = toWorkspaceEdit([{ path, version: open.versionOf(path), create: false, edits }]);
  const commentLine = ownLine ? place.line : place.line + 1;
  const selected = {
    start: { line: commentLine, character: prefix.length },
    end: { line: commentLine, character: prefix.length + reasonPlaceholder.length },
  };
  const command = { title: 'Write the reason', command: 'faultline.selectRange', arguments: [toUri(path), toLspRange(selected)] };
  return toQuickFix(`Ignore this finding here (${finding.rule})`, diagnostic, edit, { preferred: false, command });
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
