import { existsSync } from 'node:fs';
import type { CodeAction, WorkspaceEdit } from 'vscode-languageserver';
import { applySafeFixes } from '../lint/fixes';
import type { Finding, Fix } from '../model/finding';
import type { SourceFile } from '../model/run-protocol';
import type { Range, TextEdit } from '../model/text';
import { type Analysis, overlaps, pathInFolder } from './analysis';
import { smallestReplacement } from './smallest-replacement';
import { suppressions } from './suppress';
import { type FileEdits, type OpenFiles, toDiagnostic, toFixAll, toFixAllChoice, toQuickFix, toUri, toWorkspaceEdit } from './to-lsp';

/** Fixes of the findings in a range, in the order in which they were found, then all that are safe at once, and after them the suppressions. */
export function quickFixes(analysis: Analysis, range: Range, open: OpenFiles): CodeAction[] {
  const findings = analysis.report.findings.filter((finding) => overlaps(finding.range, range));
  const fixes = findings.flatMap((finding) => {
    const firstSafe = finding.fixes.findIndex((fix) => fix.safe);
    return finding.fixes.map((fix, index) => {
      const edit = fixEdit(analysis, [fix], open);
      return toQuickFix(fix.title, [toDiagnostic(finding)], edit, { preferred: index === firstSafe });
    });
  });
  const hasSafe = (finding: Finding): boolean => finding.fixes.some(({ safe }) => safe);
  const several = findings.some(hasSafe) && analysis.report.findings.filter(hasSafe).length > 1;
  return [
    ...fixes,
    ...(several ? [toFixAllChoice(toUri(pathInFolder(analysis, analysis.name)), findings.filter(hasSafe).map(toDiagnostic))] : []),
    ...suppressions(analysis, findings, open),
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
