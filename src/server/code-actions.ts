import { existsSync } from 'node:fs';
import type { CodeAction, Diagnostic, WorkspaceEdit } from 'vscode-languageserver';
import type { Finding, Fix } from '../model/finding';
import type { Range, TextEdit } from '../model/text';
import { type Analysis, overlaps, pathInFolder, programsInFile } from './analysis';
import { type FileEdits, toDiagnostic, toFixAll, toLspRange, toQuickFix, toUri, toWorkspaceEdit } from './to-lsp';

/** What the actions need beside the analysis: which version of a file is open, and a file's text. */
export interface OpenFiles {
  /** The version of an open document; null when the file is not open: LSP's "whatever is on disk". */
  versionOf(path: string): number | null;
}

const reasonPlaceholder = 'why this is safe here';

/** Fixes and suppressions of the findings in a range. Findings at one place keep the order in which they were found. */
export function quickFixes(analysis: Analysis, range: Range, open: OpenFiles): CodeAction[] {
  return analysis.report.findings
    .filter((finding) => overlaps(finding.range, range))
    .flatMap((finding) => {
      const diagnostic = toDiagnostic(finding);
      const firstSafe = finding.fixes.findIndex((fix) => fix.safe);
      const fixes = finding.fixes.map((fix, index) =>
        toQuickFix(fix.title, diagnostic, fixEdit(analysis, [fix], open), { preferred: index === firstSafe }),
      );
      return [...fixes, suppression(analysis, finding, diagnostic, open)];
    });
}

/** All safe fixes of the file in one edit; undefined when there is none. Fixes that touch what an earlier one touches wait for the next run. */
export function fixAll(analysis: Analysis, open: OpenFiles): CodeAction | undefined {
  const chosen: Fix[] = [];
  for (const finding of analysis.report.findings) {
    const fix = finding.fixes.find((candidate) => candidate.safe);
    if (fix !== undefined && !chosen.some((earlier) => conflict(earlier, fix))) chosen.push(fix);
  }
  return chosen.length === 0 ? undefined : toFixAll(fixEdit(analysis, chosen, open));
}

function conflict(left: Fix, right: Fix): boolean {
  return left.edits.some((one) => right.edits.some((other) => one.path === other.path && overlaps(one.range, other.range)));
}

/** The edits of fixes, file by file; a file that does not exist yet is created. */
function fixEdit(analysis: Analysis, fixes: readonly Fix[], open: OpenFiles): WorkspaceEdit {
  const byPath = new Map<string, TextEdit[]>();
  for (const edit of fixes.flatMap((fix) => fix.edits)) {
    const path = edit.path === undefined ? analysis.path : pathInFolder(analysis, edit.path);
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

/** Puts a suppression above the statement the finding is in, and selects the reason so that it can be typed over. */
function suppression(analysis: Analysis, finding: Finding, diagnostic: Diagnostic, open: OpenFiles): CodeAction {
  const statements = programsInFile(analysis).flatMap((program) => program.statements);
  const statement = statements.find((candidate) => overlaps(candidate.range, finding.range));
  const start = (statement?.range ?? finding.range).start;
  const text = analysis.files.find((file) => file.path === analysis.name)?.text ?? '';
  const indent = text.split(/\r\n|\r|\n/)[start.line]?.slice(0, start.character) ?? '';
  // Another statement may stand before it on its line: then the comment takes a line of its own in between.
  const ownLine = indent.trim() === '';
  const place = ownLine ? { line: start.line, character: 0 } : start;
  const prefix = `${ownLine ? indent : ''}-- faultline-ignore ${finding.rule}: `;
  const newText = `${ownLine ? '' : '\n'}${prefix}${reasonPlaceholder}\n`;
  const edits = [{ range: { start: place, end: place }, newText }];
  const edit = toWorkspaceEdit([{ path: analysis.path, version: open.versionOf(analysis.path), create: false, edits }]);
  const line = ownLine ? place.line : place.line + 1;
  const selected = {
    start: { line, character: prefix.length },
    end: { line, character: prefix.length + reasonPlaceholder.length },
  };
  const command = { title: 'Write the reason', command: 'faultline.selectRange', arguments: [toUri(analysis.path), toLspRange(selected)] };
  return toQuickFix(`Ignore this finding here (${finding.rule})`, diagnostic, edit, { preferred: false, command });
}
