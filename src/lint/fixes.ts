import type { FileReport, Finding, Fix } from '../model/finding';
import type { SourceFile } from '../model/run-protocol';
import type { TextEdit } from '../model/text';
import { LineIndex } from '../parse/lines';

/** How often the files are linted again after fixes: a fix can make room for another, but they must come to an end. */
const maximumRounds = 10;

export interface FixedFiles {
  /** All files, new ones included, sorted by path. */
  readonly files: readonly SourceFile[];
  /** Paths of those that were changed or made. */
  readonly changed: readonly string[];
  /** How many fixes were applied. */
  readonly applied: number;
}

/** Applies safe fixes until none is left. `lint` gives the reports for a version of the files. */
export function applySafeFixes(files: readonly SourceFile[], lint: (files: readonly SourceFile[]) => readonly FileReport[]): FixedFiles {
  let current = files;
  let applied = 0;
  for (let round = 0; round < maximumRounds; round++) {
    const chosen = chooseFixes(lint(current), (fix) => fix.safe);
    if (chosen.length === 0) break;
    current = applyEdits(
      current,
      chosen.flatMap(({ path, fix }) => fix.edits.map((edit) => ({ path, ...edit }))),
    );
    applied += chosen.length;
  }
  const before = new Map(files.map((file) => [file.path, file.text]));
  const changed = current.filter((file) => before.get(file.path) !== file.text).map((file) => file.path);
  return { files: current, changed, applied };
}

/** The first eligible fix of each finding, leaving out those that touch what a chosen one touches: they wait for the next round. */
export function chooseFixes(
  reports: readonly FileReport[],
  eligible: (fix: Fix, finding: Finding) => boolean,
): readonly { readonly path: string; readonly fix: Fix }[] {
  const chosen: { path: string; fix: Fix }[] = [];
  for (const report of reports) {
    for (const finding of report.findings) {
      const fix = finding.fixes.find((candidate) => eligible(candidate, finding));
      if (fix === undefined) continue;
      const candidate = { path: report.path, fix };
      if (!chosen.some((other) => conflicts(candidate, other))) chosen.push(candidate);
    }
  }
  return chosen;
}

function conflicts(left: { path: string; fix: Fix }, right: { path: string; fix: Fix }): boolean {
  return left.fix.edits.some((one) =>
    right.fix.edits.some((other) => (one.path ?? left.path) === (other.path ?? right.path) && touches(one, other)),
  );
}

function touches(left: TextEdit, right: TextEdit): boolean {
  const before = (one: TextEdit['range']['start'], other: TextEdit['range']['start']) =>
    one.line < other.line || (one.line === other.line && one.character < other.character);
  return !before(left.range.end, right.range.start) && !before(right.range.end, left.range.start);
}

/** Applies edits that do not overlap. A path that is not among the files is made. */
export function applyEdits(files: readonly SourceFile[], edits: readonly (TextEdit & { readonly path: string })[]): readonly SourceFile[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  for (const path of new Set(edits.map((edit) => edit.path))) {
    const own = edits.filter((edit) => edit.path === path);
    texts.set(path, editText(texts.get(path) ?? '', own));
  }
  return [...texts].map(([path, text]) => ({ path, text })).sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** Edits of one text; those at one place keep their order. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  const lines = new LineIndex(text);
  const spans = edits.map((edit, order) => ({ ...lines.span(edit.range), newText: edit.newText, order }));
  spans.sort((left, right) => left.start - right.start || left.end - right.end || left.order - right.order);
  let result = '';
  let copied = 0;
  for (const span of spans) {
    result += text.slice(copied, Math.max(span.start, copied)) + span.newText;
    copied = Math.max(span.end, copied);
  }
  return result + text.slice(copied);
}
