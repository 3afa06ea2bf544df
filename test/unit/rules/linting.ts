import { expect } from 'vitest';
import { applyEdits } from '../../../src/lint/fixes';
import { type LintedFolder, lintFolder } from '../../../src/lint/lint';
import type { Finding, Fix } from '../../../src/model/finding';
import type { SourceFile } from '../../../src/model/run-protocol';
import { LineIndex } from '../../../src/parse/lines';
import type { RuleExample } from '../../../src/rules/rule';

/** The folder of an example, linted for one major version. */
export function lintExample(example: RuleExample, major: number, files: readonly SourceFile[] = example.files): LintedFolder {
  return lintFolder({
    files,
    configuration: {
      engine: 'postgres',
      engineVersion: major,
      framework: example.framework,
      rules: {},
      images: {},
      simulate: {},
      placeholders: {},
    },
  });
}

/** The file that an example is about: the one named, or the last. */
export function linted(example: RuleExample): SourceFile {
  const path = example.path ?? example.files.at(-1)?.path;
  const file = example.files.find((candidate) => candidate.path === path);
  expect(file, `${example.title}: it has a file ${path}`).toBeDefined();
  return file ?? { path: '', text: '' };
}

export function findingsOf(folder: LintedFolder, path: string, rule: string): readonly Finding[] {
  return folder.reports.find((report) => report.path === path)?.findings.filter((finding) => finding.rule === rule) ?? [];
}

export function textAt(file: SourceFile, finding: Finding): string {
  const span = new LineIndex(file.text).span(finding.range);
  return file.text.slice(span.start, span.end);
}

/** The files after a fix of a finding in `path`. */
export function withFix(files: readonly SourceFile[], path: string, fix: Fix): readonly SourceFile[] {
  return applyEdits(
    files,
    fix.edits.map((edit) => ({ path, ...edit })),
  );
}
