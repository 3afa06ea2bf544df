import { expect } from 'vitest';
import { applyEdits } from '../../../src/lint/fixes';
import { type LintedFolder, lintFolder } from '../../../src/lint/lint';
import { defaultEngine, type EngineName, supportedVersions } from '../../../src/model/engine';
import type { Finding, Fix } from '../../../src/model/finding';
import type { SourceFile } from '../../../src/model/run-protocol';
import { LineIndex } from '../../../src/parse/lines';
import type { Rule, RuleExample } from '../../../src/rules/rule';

const engineNames: readonly EngineName[] = ['postgres', 'mysql', 'mariadb', 'mongodb'];

/** The engines that an example of a rule is for, as text: `postgres 18`, `mysql 8.0`. */
export function enginesOf({ engines = ['postgres'] }: Pick<Rule, 'engines'>, example: RuleExample): readonly string[] {
  if (example.engines !== undefined) return example.engines;
  if (engines.includes('postgres')) return (example.majors ?? [defaultEngine.major]).map((major) => `postgres ${major}`);
  return engines.map((name) => `${name} ${supportedVersions[name].at(-1)}`);
}

/** The folder of an example, linted for one version of an engine: `postgres 18`, `mysql 8.0`. */
export function lintExample(example: RuleExample, engine: string, files: readonly SourceFile[] = example.files): LintedFolder {
  const [name = '', engineVersion = ''] = engine.split(' ');
  return lintFolder({
    files,
    configuration: {
      engine: engineNames.find((known) => known === name) ?? 'postgres',
      engineVersion,
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
